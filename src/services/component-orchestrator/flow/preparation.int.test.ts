import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import {
  type OrchestratorFixture,
  probeGraph,
  setupOrchestrator,
  until,
} from '../../../../test/support/orchestrator.ts'
import type { Graph, GraphNode } from './graph.ts'

const jsonata: GraphNode = { id: 'map', componentId: 'jsonata', function: 'transform', fields: { expression: '$' } }
/** So many steps that act by a secret each. */
function requests(count: number): Graph {
  const [componentId, fields] = ['http-request', { url: 'https://example.com' }]
  const nodes = Array.from({ length: count }, (_, n) => ({
    ...{ id: `s${n}`, componentId, function: 'request', fields, credentials_id: randomUUID() },
  }))
  return { nodes, edges: nodes.slice(1).map(({ id }) => ({ source: 's0', target: id })) }
}
const states = ({ database }: OrchestratorFixture) =>
  database.asSuperuser('select generation, state from component_orchestrator.flow')
const tasks = ({ database }: OrchestratorFixture) =>
  database.asSuperuser('select attempt, error from component_orchestrator.task')

describe('flowrepo.flow.starting', () => {
  test('is answered by flow.started, in the name of who asked, and only then the webhook takes things in', async (t) => {
    const hub = await setupOrchestrator(t)
    const process = await hub.open()
    const flowId = await hub.start(probeGraph('a'))
    const { tenant, user } = hub
    assert.deepEqual(hub.answers.items, [
      { name: 'flow.started', payload: { user, tenant, id: flowId, flowId, generation: 1 } },
    ])
    assert.equal((await process.call('GET', `/webhooks/hook/${flowId}`)).status, 200)
  })

  const faulty: Readonly<Record<string, { readonly graph: Graph; readonly stepId?: string; readonly reason: RegExp }>> =
    {
      'an unknown component': {
        graph: { nodes: [{ ...jsonata, componentId: 'nosuch\u0000' }] },
        stepId: 'map',
        reason: /graph\.nodes\[0\]\.componentId: There is no component "nosuch.*known are .*"jsonata"/,
      },
      'an unknown function': {
        graph: { nodes: [{ ...jsonata, function: 'nosuch' }] },
        stepId: 'map',
        reason: /graph\.nodes\[0\]\.function: There is no function "nosuch"/,
      },
      'a missing field': {
        graph: { nodes: [{ id: 'map', componentId: 'jsonata', function: 'transform' }] },
        stepId: 'map',
        reason: /fields\.expression: The field is required/,
      },
      'a field of the wrong form': {
        graph: {
          nodes: [{ id: 'send', componentId: 'http-request', function: 'request', fields: { url: 'file:///x' } }],
        },
        stepId: 'send',
        reason: /fields\.url: The scheme of the URL must be http or https/,
      },
      'an expression that does not parse': {
        graph: {
          nodes: [jsonata, { ...jsonata, id: 'bad', fields: { expression: '{ "a": ' } }],
          edges: [{ source: 'map', target: 'bad' }],
        },
        stepId: 'bad',
        reason: /^Step "bad" cannot run: graph\.nodes\[1\]\.fields\.expression: The expression must be JSONata: /,
      },
      'a secret that its component cannot use': {
        graph: { nodes: [{ ...jsonata, credentials_id: randomUUID() }] },
        stepId: 'map',
        reason: /graph\.nodes\[0\]\.credentials_id: The component "jsonata" takes no secret$/,
      },
      'a secret whose id is none': {
        graph: {
          nodes: [
            {
              ...{ id: 'send', componentId: 'http-request', function: 'request', credentials_id: 'sesame' },
              fields: { url: 'https://example.com' },
            },
          ],
        },
        stepId: 'send',
        reason: /graph\.nodes\[0\]\.credentials_id: The value must be the id of a secret, a UUID$/,
      },
      'more secrets than a run token leads to': {
        graph: requests(101),
        reason: /^A flow must act by at most 100 secrets: it has 101$/,
      },
      'a graph with two first steps': {
        graph: { nodes: [jsonata, { ...jsonata, id: 'other' }] },
        reason: /exactly one step must have no incoming edge/,
      },
    }
  for (const [what, { graph, stepId, reason }] of Object.entries(faulty)) {
    test(`is answered by flow.failed that says why: ${what}`, async (t) => {
      const hub = await setupOrchestrator(t)
      const process = await hub.open()
      const flowId = await hub.start(graph)
      const [{ name, payload } = { name: '', payload: {} }] = hub.answers.items
      assert.equal(name, 'flow.failed')
      assert.deepEqual([payload.flowId, payload.generation, payload.stepId], [flowId, 1, stepId])
      assert.match(String(payload.reason), reason)
      assert.ok(!String(payload.reason).includes('\u0000'))
      assert.deepEqual([await states(hub), await tasks(hub)], [[{ generation: 1, state: 'failed' }], []])
      assert.equal((await process.call('GET', `/webhooks/hook/${flowId}`)).status, 404)
      await hub.stop(flowId)
      assert.equal(hub.answers.items.length, 2)
    })
  }

  test('of a flow that is gone is answered by flow.failed', async (t) => {
    const hub = await setupOrchestrator(t)
    await hub.open()
    const { tenant, user } = hub
    const flowId = randomUUID()
    await hub.publish('flowrepo.flow.starting', { user, tenant, id: flowId, flowId, generation: 1 })
    await hub.answers.count(1)
    assert.equal(hub.answers.items[0]?.name, 'flow.failed')
    assert.match(String(hub.answers.items[0]?.payload.reason), /does not exist/)
  })

  test('waits for a Flow Repository that is away', async (t) => {
    const hub = await setupOrchestrator(t)
    await hub.open()
    hub.away = true
    const started = hub.start(probeGraph('a'))
    const [task] = await until(
      () => tasks(hub),
      ([first]) => (first?.attempt as number) >= 2,
    )
    assert.match(JSON.stringify(task?.error), /away/)
    assert.deepEqual(hub.answers.items, [])
    hub.away = false
    await started
    assert.deepEqual(
      hub.answers.items.map(({ name }) => name),
      ['flow.started'],
    )
  })

  test('is answered once though it is delivered twice', async (t) => {
    const hub = await setupOrchestrator(t)
    const process = await hub.open()
    const flowId = await hub.start(probeGraph('a'))
    const { tenant, user } = hub
    await hub.publish('flowrepo.flow.starting', { user, tenant, id: flowId, flowId, generation: 1 })
    await hub.stop(flowId)
    assert.deepEqual(
      hub.answers.items.map(({ name }) => name),
      ['flow.started', 'flow.stopped'],
    )
    assert.equal((await process.call('GET', `/webhooks/hook/${flowId}`)).status, 404)
  })

  test('of an earlier start that arrives late changes nothing', async (t) => {
    const hub = await setupOrchestrator(t)
    const process = await hub.open()
    const flowId = await hub.start(probeGraph('a'))
    await hub.stop(flowId)
    await hub.start(probeGraph('a'), flowId)
    const { tenant, user } = hub
    await hub.publish('flowrepo.flow.starting', { user, tenant, id: flowId, flowId, generation: 1 })
    await hub.publish('flowrepo.flow.stopping', { user, tenant, id: flowId, flowId, generation: 1 })
    await hub.answers.count(4)
    assert.deepEqual(await states(hub), [{ generation: 2, state: 'started' }])
    assert.equal((await process.call('GET', `/webhooks/hook/${flowId}`)).status, 200)
  })
})

describe('flowrepo.flow.stopping', () => {
  test('is answered by flow.stopped for a flow that nobody knows', async (t) => {
    const hub = await setupOrchestrator(t)
    await hub.open()
    const { tenant, user } = hub
    const flowId = randomUUID()
    hub.flows.set(flowId, { generation: 3, graph: probeGraph('a') })
    await hub.stop(flowId)
    assert.deepEqual(hub.answers.items, [
      { name: 'flow.stopped', payload: { user, tenant, id: flowId, flowId, generation: 3 } },
    ])
  })

  test('overtakes a start that is being prepared: the late preparation does not start the flow', async (t) => {
    const hub = await setupOrchestrator(t)
    const process = await hub.open()
    hub.away = true
    const flowId = randomUUID()
    hub.start(probeGraph('a'), flowId).catch(() => undefined)
    await until(
      () => tasks(hub),
      ([task]) => (task?.attempt as number) >= 1,
    )
    await hub.stop(flowId)
    hub.away = false
    await until(
      () => tasks(hub),
      (rows) => rows.length === 0,
    )
    assert.deepEqual(
      hub.answers.items.map(({ name }) => name),
      ['flow.stopped'],
    )
    assert.deepEqual(await states(hub), [{ generation: 1, state: 'stopped' }])
    assert.equal((await process.call('GET', `/webhooks/hook/${flowId}`)).status, 404)
  })
})

test('flowrepo.flow.deleted during a preparation leaves nothing behind', async (t) => {
  const hub = await setupOrchestrator(t)
  await hub.open()
  hub.away = true
  const { tenant, user } = hub
  const flowId = randomUUID()
  hub.start(probeGraph('a'), flowId).catch(() => undefined)
  await until(
    () => tasks(hub),
    ([task]) => (task?.attempt as number) >= 1,
  )
  await hub.publish('flowrepo.flow.deleted', { user, tenant, id: flowId, flowId })
  hub.flows.delete(flowId)
  hub.away = false
  await until(
    () => tasks(hub),
    (rows) => rows.length === 0,
  )
  await until(
    () => states(hub),
    (rows) => rows.length === 0,
  )
  assert.deepEqual(hub.answers.items, [])
})
