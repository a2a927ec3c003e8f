import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logIn } from '../support/hub-client.ts'
import { createDataDir, startHubProcess } from '../support/hub-process.ts'

test('a step that would make more work than a transaction takes has failed, and other runs go on', async (t) => {
  const folder = await createDataDir()
  const hub = await startHubProcess({ dataDir: folder.path })
  t.after(async () => {
    await hub.stop()
    await folder.remove()
  })
  const client = await logIn(hub.url, hub.admin)
  const target = (id: string) => ({ id, componentId: 'filter', function: 'filter', fields: { expression: 'false' } })
  const graph = {
    nodes: [
      { id: 'split', componentId: 'split', function: 'split', fields: { expression: '[1..count]' } },
      ...['a', 'b', 'c'].map(target),
    ],
    edges: ['a', 'b', 'c'].map((id) => ({ source: 'split', target: id })),
  }
  const { data: flow } = await client.expect('POST', '/flow-repository/flows', { name: 'fan', graph })
  await client.expect('POST', `/flow-repository/flows/${flow.id}/start`)
  await client.until(`/flow-repository/flows/${flow.id}`, ({ data }) => data.status === 'active')
  await client.expect('POST', `/webhooks/hook/${flow.id}`, { count: 3_334 })
  await client.expect('POST', `/webhooks/hook/${flow.id}`, { count: 3 })
  const { data: runs } = await client.until(
    `/component-orchestrator/executions?filter[flowId]=${flow.id}`,
    ({ data }) => data.length === 2 && data.every(({ status }: { status: string }) => status !== 'running'),
  )
  assert.deepEqual(runs.map(({ status }: { status: string }) => status).toSorted(), ['failed', 'success'])
  const failed = runs.find(({ status }: { status: string }) => status === 'failed')
  const { data: run } = await client.expect('GET', `/component-orchestrator/executions/${failed.id}`)
  assert.match(run.steps[0].error, /3334 messages to 3 steps .* more than 10000 steps/)
  assert.equal(run.steps[0].input.data.count, 3_334)
})
