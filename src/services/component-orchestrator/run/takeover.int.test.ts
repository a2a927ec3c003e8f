import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  createGate,
  type OrchestratorFixture,
  type OrchestratorProcess,
  type Probe,
  probeGraph,
  setupOrchestrator,
  until,
} from '../../../../test/support/orchestrator.ts'

const passOn: Probe = (message) => ({ data: message.data })

async function send({ call }: OrchestratorProcess, flowId: string, count: number): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answers = await Promise.all(
    Array.from({ length: count }, (_, n) => call('POST', `/webhooks/hook/${flowId}`, { headers, body: `${n}` })),
  )
  for (const { status } of answers) assert.equal(status, 200)
}

const tasks = ({ database }: OrchestratorFixture) =>
  database.asSuperuser('select state, attempt, worker from component_orchestrator.task order by seq')

describe('two processes on one database', () => {
  test('share the steps, and each is done once', async (t) => {
    const hub = await setupOrchestrator(t)
    const env = { OIH_STEP_CONCURRENCY: '4' }
    const slowly: Probe = async (message) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return { data: message.data }
    }
    const [one, other] = [await hub.open({ env, probe: slowly }), await hub.open({ env, probe: slowly })]
    const flow = await hub.start(probeGraph('a>b', 'b>c'))
    await send(one, flow, 60)
    const runs = await hub.finished(flow, 60)
    for (const { steps } of runs)
      assert.deepEqual(
        steps.map(({ stepId }) => stepId),
        ['a', 'b', 'c'],
      )
    const keys = [...one.probed.items, ...other.probed.items].map(({ key }) => key)
    assert.equal(keys.length, 180)
    assert.equal(new Set(keys).size, 180)
    assert.ok(one.probed.items.length > 0 && other.probed.items.length > 0)
  })
})

describe('a process that dies', () => {
  test('is followed by another, which repeats the steps in flight under their keys and no others', async (t) => {
    const hub = await setupOrchestrator(t)
    const gate = createGate()
    const first = await hub.open({
      probe: (message, fields, context) =>
        fields.name === 'b' ? gate.probe(message, fields, context) : passOn(message, fields, context),
    })
    const flow = await hub.start(probeGraph('a>b', 'b>c'))
    await send(first, flow, 5)
    await first.probed.until((items) => items.filter(({ name }) => name === 'b').length === 5)
    await first.crash()
    const second = await hub.open({ probe: passOn })
    const runs = await hub.finished(flow, 5)
    for (const { steps, failedSteps } of runs) {
      assert.equal(failedSteps, 0)
      assert.deepEqual(
        steps.map(({ stepId, attempt }) => [stepId, attempt]),
        [
          ['a', 1],
          ['b', 2],
          ['c', 1],
        ],
      )
    }
    const keysOf = ({ probed }: OrchestratorProcess, step: string) =>
      probed.items.filter(({ name }) => name === step).map(({ key }) => key)
    assert.deepEqual(keysOf(second, 'a'), [])
    assert.deepEqual(keysOf(second, 'b').toSorted(), keysOf(first, 'b').toSorted())
    gate.release()
  })

  test('in the middle of a preparation is followed by another, which starts the flow', async (t) => {
    const hub = await setupOrchestrator(t)
    hub.away = true
    const first = await hub.open()
    const started = hub.start(probeGraph('a'))
    await until(
      () => tasks(hub),
      ([task]) => (task?.attempt as number) >= 1,
    )
    await first.crash()
    hub.away = false
    await hub.open()
    await started
    assert.deepEqual(
      hub.answers.items.map(({ name }) => name),
      ['flow.started'],
    )
  })
})

describe('stop()', () => {
  test('lets steps under way end, and takes up no others', async (t) => {
    const hub = await setupOrchestrator(t)
    const gate = createGate()
    const process = await hub.open({ env: { OIH_STEP_CONCURRENCY: '1' }, probe: gate.probe, stepGraceMs: 30_000 })
    const flow = await hub.start(probeGraph('a'))
    await send(process, flow, 2)
    await process.probed.count(1)
    const stopped = process.stop()
    gate.release()
    await stopped
    assert.deepEqual(
      (await tasks(hub)).map(({ state, attempt }) => [state, attempt]),
      [['ready', 0]],
    )
    assert.equal(process.probed.items.length, 1)
  })

  test('hands back, uncounted, what does not end in time; another takes it up at once', async (t) => {
    const hub = await setupOrchestrator(t)
    const gate = createGate()
    const first = await hub.open({ probe: gate.probe, stepGraceMs: 20 })
    const flow = await hub.start(probeGraph('a'))
    await send(first, flow, 3)
    await first.probed.count(3)
    await first.stop()
    const handedBack = await tasks(hub)
    assert.deepEqual(
      handedBack.map(({ state, attempt, worker }) => [state, attempt, worker]),
      [1, 2, 3].map(() => ['ready', 0, null]),
    )
    await hub.open({ probe: passOn })
    const runs = await hub.finished(flow, 3)
    for (const { steps } of runs) assert.deepEqual(steps, [{ stepId: 'a', status: 'success', attempt: 1 }])
  })
})
