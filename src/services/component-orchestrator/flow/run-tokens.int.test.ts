import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import {
  createGate,
  inspect,
  type OrchestratorFixture,
  probeGraph,
  send,
  setupOrchestrator,
  until,
} from '../../../../test/support/orchestrator.ts'

const failures = ({ answers }: OrchestratorFixture) => answers.items.filter(({ name }) => name === 'flow.failed')
const actingFor = ({ runTokens }: OrchestratorFixture) => [...runTokens.values()].map(({ id }) => id)

/** What the IAM does with the tokens of somebody who goes. */
function dismiss(hub: OrchestratorFixture, user: string): void {
  hub.able = new Set([...(hub.able ?? [])].filter((id) => id !== user))
  for (const [token, { id }] of hub.runTokens) if (id === user) hub.runTokens.delete(token)
}

test('all runs of a start act by one token, of its tenant and flow, in the name of who started it', async (t) => {
  const hub = await setupOrchestrator(t)
  const process = await hub.open()
  const flow = await hub.start(probeGraph('a>b'))
  for (let n = 0; n < 5; n += 1) await send(process, flow, { n })
  await hub.finished(flow, 5)
  const { tenant, user } = hub
  const held = [...hub.runTokens.values()].map(({ id, tenant: acts, flowId }) => ({ id, acts, flowId }))
  assert.deepEqual(held, [{ id: user, acts: tenant, flowId: flow }])
})

test('when who started it goes, the runs act in the name of an owner', async (t) => {
  const hub = await setupOrchestrator(t)
  const process = await hub.open()
  const [flow, owner] = [randomUUID(), randomUUID()]
  const owners = [
    { id: hub.tenant, type: 'tenant' },
    { id: owner, type: 'user' },
  ] as const
  hub.able = new Set([hub.user, owner])
  hub.flows.set(flow, { generation: 0, graph: probeGraph('a'), owners })
  await hub.start(probeGraph('a'), flow)
  await send(process, flow, 1)
  await hub.finished(flow, 1)
  assert.deepEqual(actingFor(hub), [hub.user])
  dismiss(hub, hub.user)
  await send(process, flow, 2)
  const [, second] = await hub.finished(flow, 2)
  assert.equal(second?.failedSteps, 0)
  assert.deepEqual([actingFor(hub), failures(hub)], [[owner], []])
})

test('when nobody is left, the flow is given up once, and steps that wait fail with the reason', async (t) => {
  const hub = await setupOrchestrator(t)
  const gate = createGate()
  const process = await hub.open({ probe: gate.probe })
  const flow = await hub.start(probeGraph('a>b'))
  for (let n = 0; n < 3; n += 1) await send(process, flow, n)
  await process.probed.count(3)
  dismiss(hub, hub.user)
  gate.release()
  const runs = await hub.finished(flow, 3)
  // What was under way was allowed when it began; the next steps are not.
  for (const { steps } of runs) {
    assert.deepEqual(steps, [
      { stepId: 'a', status: 'success', attempt: 1 },
      { stepId: 'b', status: 'failed', attempt: 1 },
    ])
  }
  const shown = await inspect(process, hub, flow, 3)
  const refused = shown.steps.find(({ stepId }: { stepId: string }) => stepId === 'b')
  assert.match(refused.error, /^Nobody is left in whose name the flow may run/)
  const [failure, ...others] = failures(hub)
  assert.deepEqual(others, [])
  assert.partialDeepStrictEqual(failure?.payload, { flowId: flow, tenant: hub.tenant, generation: 1 })
  assert.match(String(failure?.payload.reason), /^Nobody is left/)
  assert.equal((await process.call('GET', `/webhooks/hook/${flow}`)).status, 404)
  await hub.stop(flow)
  hub.able = new Set([hub.user])
  await hub.start(probeGraph('a>b'), flow)
  await send(process, flow, 'again')
  assert.equal((await hub.finished(flow, 4)).at(-1)?.failedSteps, 0)
})

test('a flow that nobody may run does not start, and says so', async (t) => {
  const hub = await setupOrchestrator(t)
  const process = await hub.open()
  hub.able = new Set()
  const flow = await hub.start(probeGraph('a'))
  const [failure] = failures(hub)
  assert.match(String(failure?.payload.reason), /^Nobody is left in whose name/)
  assert.equal((await process.call('GET', `/webhooks/hook/${flow}`)).status, 404)
})

test('while the IAM is away steps wait, and no attempt at them counts', async (t) => {
  const hub = await setupOrchestrator(t)
  const process = await hub.open({ env: { OIH_STEP_ATTEMPTS: '1' } })
  const flow = await hub.start(probeGraph('a'))
  hub.runTokens.clear()
  hub.able = undefined
  await send(process, flow, 1)
  const released = () =>
    hub.database.asSuperuser(`select from component_orchestrator.task where state = 'ready' and fence > 0`)
  await until(released, ({ length }) => length === 1)
  assert.deepEqual(process.probed.items, [])
  hub.able = new Set([hub.user])
  const [run] = await hub.finished(flow, 1)
  assert.deepEqual(run?.steps, [{ stepId: 'a', status: 'success', attempt: 1 }])
})

test('runs that were taken in finish though the flow is deleted, also in another process', async (t) => {
  const hub = await setupOrchestrator(t)
  const gate = createGate()
  const first = await hub.open({ probe: gate.probe })
  const flow = await hub.start(probeGraph('a>b'))
  await send(first, flow, 1)
  await first.probed.count(1)
  await hub.stop(flow)
  hub.flows.delete(flow)
  const { user, tenant } = hub
  await hub.publish('flowrepo.flow.deleted', { user, tenant, id: flow, flowId: flow })
  await until(
    () => hub.database.asSuperuser('select from component_orchestrator.flow'),
    ({ length }) => length === 0,
  )
  await first.crash()
  await hub.open({ probe: ({ data }) => ({ data }) })
  const [run] = await hub.finished(flow, 1)
  assert.deepEqual([run?.failedSteps, run?.steps.map(({ stepId }) => stepId)], [0, ['a', 'b']])
})
