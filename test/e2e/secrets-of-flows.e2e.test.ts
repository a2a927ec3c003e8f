import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHttpTarget } from '../support/http-target.ts'
import { callHub } from '../support/hub-client.ts'
import { activate, createMember, createTenant, startTestHub } from '../support/test-hub.ts'

const key = 'key-0/1"2'

test('a flow acts by a secret of who started it, on record, and shows its value to nobody', async (t) => {
  const target = await startHttpTarget({ content: ({ headers }) => headers })
  t.after(() => target.stop())
  const { url, admin } = await startTestHub(t)
  const tenant = await createTenant(admin)
  const owner = await createMember({ url, admin }, tenant, { role: 'TENANT_ADMIN' })
  const me = await owner.expect('GET', '/iam/api/v1/users/me')
  const { data: secret } = await owner.expect('POST', '/secret-service/api/v1/secrets', {
    ...{ name: 'shop', type: 'API_KEY', value: { key } },
    allowedHosts: [new URL(target.url).host],
  })
  const send = { componentId: 'http-request', function: 'request', fields: { url: target.url } }
  const flow = { name: 'by a secret', graph: { nodes: [{ ...send, id: 'send', credentials_id: secret.id }] } }
  const id = await activate(owner, flow)
  const runs = `/component-orchestrator/executions?filter[flowId]=${id}&filter[status]=`
  const hand = () => callHub(url, 'POST', `/webhooks/hook/${id}`, { body: { n: 1 } })
  const shown = async (status: string) => {
    const { data } = await owner.until(`${runs}${status}`, (page) => page.data.length === 1)
    return (await owner.expect('GET', `/component-orchestrator/executions/${data[0].id}`)).data
  }

  assert.equal((await hand()).status, 200)
  const [arrived] = await target.received(1)
  assert.equal(arrived?.headers['x-api-key'], key)
  const run = await shown('success')
  assert.equal(run.steps[0].output[0].data.body['x-api-key'], '***')
  assert.ok(!JSON.stringify(run).includes('key-0'))
  const reading = '/audit-log/logs?filter[name]=secret-service.token.get'
  const { data: records } = await owner.until(reading, ({ data }) => data.length > 0)
  assert.equal(records.length, 1)
  const { user, id: read, flowId, runId, stepId } = records[0].payload
  assert.deepEqual([user, read, flowId, runId, stepId], [me.id, secret.id, id, run.id, 'send'])

  await owner.expect('DELETE', `/secret-service/api/v1/secrets/${secret.id}`)
  assert.equal((await hand()).status, 200)
  const failed = await shown('failed')
  assert.match(failed.steps[0].error, /^Cannot use the secret "[\w-]{36}" as it must exist in the tenant of the flow: /)
  assert.equal(target.arrived.length, 1)
})

test('a flow does not act by the secret of somebody else', async (t) => {
  const target = await startHttpTarget()
  t.after(() => target.stop())
  const { url, admin } = await startTestHub(t)
  const [here, there] = [await createTenant(admin), await createTenant(admin)]
  const member = (tenant: string) => createMember({ url, admin }, tenant, { role: 'TENANT_ADMIN' })
  const [starter, colleague, stranger] = [await member(here), await member(here), await member(there)]
  const allowedHosts = [new URL(target.url).host]
  const secret = { name: 'own', type: 'API_KEY', value: { key }, allowedHosts }
  const reasons = [
    [colleague, /as who the flow runs for must own it: /],
    [stranger, /as it must exist in the tenant of the flow: /],
  ] as const
  for (const [owner, reason] of reasons) {
    const { data } = await owner.expect('POST', '/secret-service/api/v1/secrets', secret)
    const send = { componentId: 'http-request', function: 'request', fields: { url: target.url } }
    const graph = { nodes: [{ ...send, id: 'send', credentials_id: data.id }] }
    const id = await activate(starter, { name: 'by the secret of somebody else', graph })
    assert.equal((await callHub(url, 'POST', `/webhooks/hook/${id}`, { body: {} })).status, 200)
    const runs = `/component-orchestrator/executions?filter[flowId]=${id}&filter[status]=failed`
    const page = await starter.until(runs, (page) => page.data.length === 1)
    const run = await starter.expect('GET', `/component-orchestrator/executions/${page.data[0].id}`)
    assert.match(run.data.steps[0].error, reason)
  }
  assert.deepEqual(target.arrived, [])
})
