import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { createGate, inspect, type Probe, send, setupOrchestrator } from '../../../../test/support/orchestrator.ts'
import type { Graph } from '../flow/graph.ts'

const passOn: Probe = (message) => ({ data: message.data })

/** A step that only computes, and one behind it that the test looks into. */
function computing(componentId: string, action: string, expression: string): Graph {
  return {
    nodes: [
      { id: 'first', componentId, function: action, fields: { expression } },
      { id: 'behind', componentId: 'probe', function: 'run', fields: { name: 'behind' } },
    ],
    edges: [{ source: 'first', target: 'behind' }],
  }
}
const mapping = (expression: string) => computing('jsonata', 'transform', expression)

/** The step behind waits until it is let go. */
async function setup(t: TestContext, env: Record<string, string> = {}) {
  const hub = await setupOrchestrator(t)
  const gate = createGate()
  const process = await hub.open({ env, probe: gate.probe })
  return { hub, process, letGo: gate.release }
}

interface ShownStep {
  readonly input: { readonly data: unknown }
  readonly output: readonly { readonly data: unknown }[]
  readonly [field: string]: unknown
}

/** What is the same in every run of the flow with the same data. */
function facts({ steps }: { readonly steps: readonly ShownStep[] }) {
  return steps.map(({ stepId, status, attempts, error, input, output, createdAt, startedAt, finishedAt }) => {
    const times = [createdAt, startedAt, finishedAt].map(String)
    const [given, made] = [input.data, output.map(({ data }) => data)]
    return { stepId, status, attempts, error, given, made, isInOrder: times.join() === times.toSorted().join() }
  })
}

describe('a first step that only computes', () => {
  test('is done when its arrival is answered, and looks as if it had been a task', async (t) => {
    const { hub, process, letGo } = await setup(t)
    const flow = await hub.start(mapping('{ "n": n + 1 }'))
    // Nothing is known of the flow here: this one becomes a task.
    await send(process, flow, { n: 1 })
    await process.probed.count(1)
    await send(process, flow, { n: 1 })
    const [, second] = await hub.runs(flow)
    assert.deepEqual(second?.steps, [{ stepId: 'first', status: 'success', attempt: 1 }])
    letGo()
    const [task, ahead] = await hub.finished(flow, 2)
    const headers = { authorization: `Bearer ${hub.tenant}` }
    const shown = await Promise.all(
      [task, ahead].map((run) => process.call('GET', `/component-orchestrator/executions/${run?.id}`, { headers })),
    )
    const done = { status: 'success', attempts: 1, error: undefined, isInOrder: true }
    for (const { body } of shown) {
      assert.deepEqual(facts(body.data), [
        { ...done, stepId: 'first', given: { n: 1 }, made: [{ n: 2 }] },
        { ...done, stepId: 'behind', given: { n: 2 }, made: [{ n: 2 }] },
      ])
    }
  })

  test('that lets nothing pass ends the run with its arrival', async (t) => {
    const { hub, process, letGo } = await setup(t)
    letGo()
    const flow = await hub.start(computing('filter', 'filter', 'n > 1'))
    await send(process, flow, { n: 2 })
    await hub.finished(flow, 1)
    await send(process, flow, { n: 1 })
    const [, run] = await hub.runs(flow)
    assert.ok(run?.finishedAt)
    assert.deepEqual([run.openSteps, run.failedSteps, run.steps.length], [0, 0, 1])
    assert.equal((await inspect(process, hub, flow, 2)).status, 'success')
  })

  test('that fails is a failed step as ever, tried as often as any', async (t) => {
    const { hub, process, letGo } = await setup(t)
    letGo()
    const flow = await hub.start(mapping('n.$number()'))
    await send(process, flow, { n: '1' })
    await hub.finished(flow, 1)
    await send(process, flow, { n: 'one' })
    const [, run] = await hub.finished(flow, 2)
    assert.deepEqual(run?.steps, [{ stepId: 'first', status: 'failed', attempt: 1 }])
    assert.match((await inspect(process, hub, flow, 2)).steps[0].error, /Cannot evaluate expression/)
  })

  test('counts by the graph of its start alone', async (t) => {
    const { hub, process, letGo } = await setup(t)
    letGo()
    const flow = await hub.start(mapping('"old"'))
    await send(process, flow, {})
    await hub.finished(flow, 1)
    await hub.stop(flow)
    const refused = await process.call('POST', `/webhooks/hook/${flow}`, {
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    assert.equal(refused.status, 404, refused.text)
    await hub.start(mapping('"new"'), flow)
    await Promise.all([1, 2, 3].map(() => send(process, flow, {})))
    const runs = await hub.finished(flow, 4)
    assert.deepEqual(
      runs.map(({ generation }) => generation),
      [1, 2, 2, 2],
    )
    assert.deepEqual(
      process.probed.items.map(({ message }) => message.data),
      ['old', 'new', 'new', 'new'],
    )
  })

  test('counts by the graph of its start alone, also when the next start came unseen', async (t) => {
    const { hub, process, letGo } = await setup(t)
    letGo()
    const flow = await hub.start(mapping('"old"'))
    await send(process, flow, {})
    await hub.finished(flow, 1)
    await hub.stop(flow)
    await hub.start(mapping('"new"'), flow)
    await send(process, flow, {})
    await hub.finished(flow, 2)
    assert.deepEqual(
      process.probed.items.map(({ message }) => message.data),
      ['old', 'new'],
    )
  })

  test('that is slow does not keep its caller, and is not begun anew by its task', async (t) => {
    const { hub, process, letGo } = await setup(t, { OIH_EXPRESSION_TIMEOUT_MS: '20000' })
    letGo()
    const flow = await hub.start(mapping('$reduce([1..n], function($a, $b) { $a + $b })'))
    await send(process, flow, { n: 1 })
    await hub.finished(flow, 1)
    const begun = performance.now()
    await send(process, flow, { n: 400000 })
    const answered = performance.now() - begun
    const [, run] = await hub.finished(flow, 2)
    const took = performance.now() - begun
    assert.deepEqual(run?.steps[0], { stepId: 'first', status: 'success', attempt: 1 })
    t.diagnostic(`answered after ${answered.toFixed(0)} ms, done after ${took.toFixed(0)} ms`)
    assert.ok(took - answered > answered, 'it must be answered long before the step is done')
  })

  test('hands on many messages, each once', async (t) => {
    const { hub, process, letGo } = await setup(t)
    letGo()
    const flow = await hub.start(computing('split', 'split', '[1..n]'))
    for (const n of [1, 60, 65, 300]) await send(process, flow, { n })
    const runs = await hub.finished(flow, 4)
    assert.deepEqual(
      runs.map(({ steps }) => steps.length),
      [2, 61, 66, 301],
    )
    assert.equal(new Set(process.probed.items.map(({ key }) => key)).size, 426)
  })

  test('works for 200 arrivals at once, of which each is run once', async (t) => {
    const { hub, process, letGo } = await setup(t)
    letGo()
    const flow = await hub.start(mapping('n'))
    await send(process, flow, { n: 0 })
    await hub.finished(flow, 1)
    await Promise.all(Array.from({ length: 200 }, (_, n) => send(process, flow, { n: n + 1 })))
    await hub.finished(flow, 201)
    const seen = process.probed.items.map(({ message }) => Number(message.data)).toSorted((a, b) => a - b)
    assert.deepEqual(
      seen,
      Array.from({ length: 201 }, (_, n) => n),
    )
  })
})

test('what its process has accepted when it dies is finished by another', async (t) => {
  const { hub, process } = await setup(t)
  const flow = await hub.start(mapping('n'))
  await send(process, flow, { n: 0 })
  await process.probed.count(1)
  await Promise.all(Array.from({ length: 20 }, (_, n) => send(process, flow, { n: n + 1 })))
  await process.crash()
  const other = await hub.open({ probe: passOn })
  const runs = await hub.finished(flow, 21)
  for (const { steps } of runs) assert.deepEqual(steps.map(({ stepId }) => stepId).toSorted(), ['behind', 'first'])
  assert.equal(other.probed.items.length, 21)
})
