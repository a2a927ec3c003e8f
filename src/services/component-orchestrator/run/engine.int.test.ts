import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { TerminalError } from '#lib/errors'
import { startHttpTarget } from '../../../../test/support/http-target.ts'
import {
  inspect,
  type Probe,
  probeGraph,
  send,
  setupOrchestrator,
  until,
} from '../../../../test/support/orchestrator.ts'
import type { Message } from '../component/component.ts'

const quick = { OIH_STEP_BACKOFF_MS: '5', OIH_STEP_ATTEMPTS: '3' }

const untilAborted: Probe = async (_message, _fields, { signal }) => {
  const { promise, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(signal.reason))
  await promise
}

const passOn = (message: Message) => ({ data: message.data })

describe('a run', () => {
  test('goes through a diamond: what two steps emit, the step behind both gets one by one', async (t) => {
    const hub = await setupOrchestrator(t)
    const process = await hub.open({ probe: passOn })
    const flow = await hub.start(probeGraph('a>b', 'a>c', 'b>d', 'c>d'))
    await send(process, flow, { n: 1 })
    const [run] = await hub.finished(flow, 1)
    assert.deepEqual(run?.steps.map(({ stepId }) => stepId).toSorted(), ['a', 'b', 'c', 'd', 'd'])
    assert.equal(run?.failedSteps, 0)
    assert.ok(run?.finishedAt)
    const seen = await inspect(process, hub, flow)
    assert.equal(seen.status, 'success')
    for (const step of seen.steps) assert.deepEqual([step.status, step.input.data], ['success', { n: 1 }])
    const { nodes, edges } = seen.graph
    assert.deepEqual(
      edges.map(({ source, target }: { source: string; target: string }) => `${source}>${target}`),
      ['a>b', 'a>c', 'b>d', 'c>d'],
    )
    for (const node of nodes) assert.deepEqual(Object.keys(node), ['id', 'componentId', 'function'])
  })

  test('splits into many and ends when the last part has ended', async (t) => {
    const hub = await setupOrchestrator(t)
    const process = await hub.open({ probe: passOn })
    const graph = probeGraph('a>b', 'b>c')
    const [, ...others] = graph.nodes
    const flow = await hub.start({ ...graph, nodes: [{ id: 'a', componentId: 'split', function: 'split' }, ...others] })
    const parts = Array.from({ length: 300 }, (_, index) => index)
    await send(process, flow, parts)
    const [run] = await hub.finished(flow, 1)
    assert.equal(run?.steps.length, 601)
    const arrived = process.probed.items.filter(({ name }) => name === 'c').map(({ message }) => Number(message.data))
    assert.deepEqual(
      arrived.toSorted((x, y) => x - y),
      parts,
    )
  })

  test('ends where a step emits nothing, in that branch alone', async (t) => {
    const hub = await setupOrchestrator(t)
    const process = await hub.open({ probe: (message, { name }) => (name === 'b' ? undefined : passOn(message)) })
    const flow = await hub.start(probeGraph('a>b', 'a>c', 'b>never', 'c>d'))
    await send(process, flow, 1)
    const [run] = await hub.finished(flow, 1)
    assert.deepEqual(run?.steps.map(({ stepId }) => stepId).toSorted(), ['a', 'b', 'c', 'd'])
    assert.equal((await inspect(process, hub, flow)).status, 'success')
  })

  test('keeps to the graph of its start while the flow is stopped, changed and started again', async (t) => {
    const hub = await setupOrchestrator(t)
    const { promise: open, resolve: release } = Promise.withResolvers<void>()
    const process = await hub.open({
      async probe(message, { name }) {
        if (name === 'old') await open
        return passOn(message)
      },
    })
    const flow = await hub.start(probeGraph('old>after'))
    await send(process, flow, 1)
    await process.probed.count(1)
    await hub.stop(flow)
    await hub.start(probeGraph('new'), flow)
    await send(process, flow, 2)
    await process.probed.until((items) => items.some(({ name }) => name === 'new'))
    release()
    const runs = await hub.finished(flow, 2)
    assert.deepEqual(
      runs.map(({ generation, steps }) => [generation, steps.map(({ stepId }) => stepId)]),
      [
        [1, ['old', 'after']],
        [2, ['new']],
      ],
    )
  })

  test('finishes though its flow is deleted meanwhile', async (t) => {
    const hub = await setupOrchestrator(t)
    const { promise: open, resolve: release } = Promise.withResolvers<void>()
    const process = await hub.open({
      async probe(message) {
        await open
        return passOn(message)
      },
    })
    const flow = await hub.start(probeGraph('a>b'))
    await send(process, flow, 1)
    await process.probed.count(1)
    await hub.stop(flow)
    await hub.publish('flowrepo.flow.deleted', { user: hub.user, tenant: hub.tenant, id: flow, flowId: flow })
    await until(
      () => hub.database.asSuperuser('select id from component_orchestrator.flow where id = $1', [flow]),
      (rows) => rows.length === 0,
    )
    release()
    const [run] = await hub.finished(flow, 1)
    assert.deepEqual(
      run?.steps.map(({ status }) => status),
      ['success', 'success'],
    )
  })

  test('carries 5 MB from step to step', async (t) => {
    const hub = await setupOrchestrator(t)
    const process = await hub.open({ probe: passOn })
    const flow = await hub.start(probeGraph('a>b', 'b>c'))
    const text = 'ä€😀x'.repeat(Math.floor((5 * 1_048_576 - 100) / 10))
    await send(process, flow, { text })
    await hub.finished(flow, 1)
    const last = process.probed.items.find(({ name }) => name === 'c')
    assert.ok(isDeepStrictEqual(last?.message.data, { text }), 'the text must arrive unchanged')
  })
})

describe('a step that fails', () => {
  test('is tried again after a wait, under the same key, and is then failed with its input to be seen', async (t) => {
    const hub = await setupOrchestrator(t)
    const process = await hub.open({
      env: quick,
      probe() {
        throw new Error('no such customer')
      },
    })
    const flow = await hub.start(probeGraph('a>b'))
    await send(process, flow, { customer: 7 })
    const [run] = await hub.finished(flow, 1)
    assert.deepEqual(run?.steps, [{ stepId: 'a', status: 'failed', attempt: 3 }])
    assert.equal(new Set(process.probed.items.map(({ key }) => key)).size, 1)
    const seen = await inspect(process, hub, flow)
    const [step] = seen.steps
    assert.equal(seen.status, 'failed')
    assert.deepEqual([step.status, step.attempts, step.error], ['failed', 3, 'no such customer'])
    assert.deepEqual(step.input.data, { customer: 7 })
  })

  test('shows between attempts why the last one failed', async (t) => {
    const hub = await setupOrchestrator(t)
    const process = await hub.open({
      env: { OIH_STEP_BACKOFF_MS: '3600000' },
      probe() {
        throw new Error('busy')
      },
    })
    const flow = await hub.start(probeGraph('a'))
    await send(process, flow, 1)
    const seen = await until(
      () => inspect(process, hub, flow),
      ({ steps }) => steps[0]?.error === 'busy',
    )
    assert.deepEqual([seen.status, seen.steps[0].status, seen.steps[0].attempts], ['running', 'waiting', 1])
  })

  test('succeeds at a later attempt', async (t) => {
    const hub = await setupOrchestrator(t)
    let attempts = 0
    const process = await hub.open({
      env: quick,
      probe(message) {
        attempts += 1
        if (attempts < 3) throw new Error('not yet')
        return passOn(message)
      },
    })
    const flow = await hub.start(probeGraph('a'))
    await send(process, flow, 1)
    const [run] = await hub.finished(flow, 1)
    assert.deepEqual(run?.steps, [{ stepId: 'a', status: 'success', attempt: 3 }])
  })

  test('is failed at once by a TerminalError, whatever its text', async (t) => {
    const hub = await setupOrchestrator(t)
    const process = await hub.open({
      probe() {
        throw new TerminalError('refused: \u0000 \ud800')
      },
    })
    const flow = await hub.start(probeGraph('a'))
    await send(process, flow, 1)
    const [run] = await hub.finished(flow, 1)
    assert.deepEqual(run?.steps, [{ stepId: 'a', status: 'failed', attempt: 1 }])
    assert.match((await inspect(process, hub, flow)).steps[0].error, /^refused: /)
  })

  test('waits as long as the failing side asks', async (t) => {
    const hub = await setupOrchestrator(t)
    const process = await hub.open({
      env: quick,
      probe() {
        throw Object.assign(new Error('later'), { retryAfter: 3_000_000 })
      },
    })
    const flow = await hub.start(probeGraph('a'))
    await send(process, flow, 1)
    const look = () =>
      hub.database.asSuperuser(
        `select extract(epoch from run_at - changed_at) as wait from component_orchestrator.task where state = 'ready' and attempt = 1`,
      )
    const [task] = await until(look, (rows) => rows.length === 1)
    assert.ok(Math.abs(Number(task?.wait) - 3_000) < 1)
  })

  test('is ended at its deadline, also if it heeds no signal, and others go on', async (t) => {
    const hub = await setupOrchestrator(t)
    const { promise: stuckUntilEnd, resolve: release } = Promise.withResolvers<void>()
    const process = await hub.open({
      env: { ...quick, OIH_STEP_TIMEOUT_MS: '150', OIH_STEP_ATTEMPTS: '2', OIH_STEP_CONCURRENCY: '2' },
      probe: (message, { name }) => (name === 'stuck' ? stuckUntilEnd : passOn(message)),
    })
    const stuck = await hub.start(probeGraph('stuck'))
    const sound = await hub.start(probeGraph('sound'))
    await send(process, stuck, 1)
    await send(process, sound, 1)
    await hub.finished(sound, 1)
    const [run] = await hub.finished(stuck, 1)
    assert.deepEqual(run?.steps, [{ stepId: 'stuck', status: 'failed', attempt: 2 }])
    assert.equal((await inspect(process, hub, stuck)).steps[0].error, 'Step did not finish within 150 ms')
    release()
  })

  for (const [what, result] of Object.entries<unknown>({
    'a text': 'garbage',
    'a list': [1, 2],
    'a circle': circle(),
    'a big integer': { data: 1n },
  })) {
    test(`is failed with its input to be seen when it returns ${what}`, async (t) => {
      const hub = await setupOrchestrator(t)
      const process = await hub.open({ env: quick, probe: () => result })
      const flow = await hub.start(probeGraph('a>b'))
      await send(process, flow, { good: 'input' })
      const [run] = await hub.finished(flow, 1)
      assert.equal(run?.failedSteps, 1)
      const seen = await inspect(process, hub, flow)
      assert.equal(seen.status, 'failed')
      assert.deepEqual(seen.steps[0].input.data, { good: 'input' })
      assert.ok(seen.steps[0].error.length > 0)
    })
  }

  test('whose expression loops for ever fails its own run at the deadline and delays nobody else', async (t) => {
    const hub = await setupOrchestrator(t)
    const target = await startHttpTarget()
    t.after(() => target.stop())
    const process = await hub.open({ env: { ...quick, OIH_EXPRESSION_TIMEOUT_MS: '500' } })
    const jsonata = (expression: string) => ({
      nodes: [
        { id: 'map', componentId: 'jsonata', function: 'transform', fields: { expression } },
        { id: 'send', componentId: 'http-request', function: 'request', fields: { url: target.url } },
      ],
      edges: [{ source: 'map', target: 'send' }],
    })
    const looping = await hub.start(jsonata('($f := function($n) { $f($n + 1) }; $f(0))'))
    const backtracking = await hub.start(jsonata('$match(text, /^(a+)+$/)'))
    const sound = await hub.start(jsonata('{ "n": n }'))
    await send(process, sound, { n: -1 })
    await target.received(1)
    await Promise.all([send(process, looping, {}), send(process, backtracking, { text: `${'a'.repeat(50)}!` })])
    const begun = performance.now()
    for (let n = 0; n < 20; n++) await send(process, sound, { n })
    await target.received(21, 10_000)
    const took = performance.now() - begun
    const [[loop], [back]] = await Promise.all([hub.finished(looping, 1), hub.finished(backtracking, 1)])
    assert.deepEqual([loop?.failedSteps, back?.failedSteps], [1, 1])
    assert.match((await inspect(process, hub, looping)).steps[0].error, /deadline|within|longer/i)
    t.diagnostic(`20 sound runs took ${took.toFixed(0)} ms beside them`)
  })
})

describe('a step that cannot be begun', () => {
  for (const [what, harm] of Object.entries({
    'its message': 'delete from component_orchestrator.message',
    'its graph': 'delete from component_orchestrator.flow_version',
    'its place in the graph': `update component_orchestrator.flow_version set graph = '{"nodes":[{"id":"other"}]}'`,
    'sense in its graph': `update component_orchestrator.flow_version set graph = '{"nodes":[]}'`,
  })) {
    test(`is failed, to be seen, and is not taken up for ever: ${what} is missing`, async (t) => {
      const hub = await setupOrchestrator(t)
      const first = await hub.open({ probe: untilAborted })
      const flow = await hub.start(probeGraph('a'))
      await send(first, flow, 1)
      await first.probed.count(1)
      await first.stop()
      await hub.database.asSuperuser(harm)
      const second = await hub.open({ env: quick })
      const [run] = await hub.finished(flow, 1)
      assert.deepEqual(run?.steps, [{ stepId: 'a', status: 'failed', attempt: 1 }])
      const seen = await inspect(second, hub, flow)
      assert.equal(seen.status, 'failed')
      assert.match(seen.steps[0].error, /^Cannot run /)
      assert.deepEqual(await hub.database.asSuperuser('select id from component_orchestrator.task'), [])
    })
  }

  test('as its process dies at each attempt is failed in the end', async (t) => {
    const hub = await setupOrchestrator(t)
    const first = await hub.open({ probe: untilAborted })
    const flow = await hub.start(probeGraph('a'))
    await send(first, flow, 1)
    await first.probed.count(1)
    await hub.database.asSuperuser('update component_orchestrator.task set attempt = 3')
    await first.crash()
    const second = await hub.open({ env: quick, probe: passOn })
    const [run] = await hub.finished(flow, 1)
    assert.deepEqual(run?.steps, [{ stepId: 'a', status: 'failed', attempt: 4 }])
    assert.equal(second.probed.items.length, 0)
    assert.match((await inspect(second, hub, flow)).steps[0].error, /died/)
  })
})

function circle(): unknown {
  const data: Record<string, unknown> = {}
  data.self = data
  return { data }
}
