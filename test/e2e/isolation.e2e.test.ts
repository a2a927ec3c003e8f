import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { startHttpTarget } from '../support/http-target.ts'
import { callHub, type HubClient } from '../support/hub-client.ts'
import { activate, createMember, createTenant, firstFlow, startTestHub } from '../support/test-hub.ts'

/** Two tenants with an administrator each, and a flow of the first that has run once. */
async function setup(t: TestContext) {
  const target = await startHttpTarget()
  t.after(() => target.stop())
  const hub = await startTestHub(t)
  const member = async () => createMember(hub, await createTenant(hub.admin), { role: 'TENANT_ADMIN' })
  const [mine, theirs] = [await member(), await member()]
  const flowId = await activate(mine, firstFlow(target.url))
  await callHub(hub.url, 'POST', `/webhooks/hook/${flowId}`, { body: { id: 1, title: 'secret of the first' } })
  await target.received(1)
  const runs = await mine.until('/component-orchestrator/executions', ({ data }) => data[0]?.status === 'success')
  await mine.until('/audit-log/logs?filter[name]=flow.started', ({ data }) => data.length === 1)
  return { hub, target, mine, theirs, flowId, runId: runs.data[0].id as string }
}

const flows = '/flow-repository/flows'

describe('a tenant', () => {
  test('sees nothing of another in any list', async (t) => {
    const { hub, mine, theirs, flowId, runId } = await setup(t)
    const lists = [
      flows,
      `${flows}?search=first`,
      '/component-orchestrator/executions',
      `/component-orchestrator/executions?filter[flowId]=${flowId}`,
    ]
    for (const list of lists) {
      assert.equal((await mine.expect('GET', list)).meta.total, 1, list)
      const page = await theirs.expect('GET', list)
      assert.deepEqual([page.data, page.meta.total], [[], 0], list)
    }
    const me = await mine.expect('GET', '/iam/api/v1/users/me')
    for (const query of [
      '',
      `?filter[flowId]=${flowId}`,
      `?filter[tenant]=${me.tenant}`,
      `?filter[user]=${me.id}`,
      '?filter[name]=flow.started',
    ]) {
      const text = JSON.stringify(await theirs.expect('GET', `/audit-log/logs${query}`))
      for (const foreign of [flowId, runId, me.id, me.tenant, 'first flow'])
        assert.ok(!text.includes(foreign), `${query} ${foreign}`)
    }
    const users = JSON.stringify(await theirs.expect('GET', '/iam/api/v1/users'))
    assert.ok(!users.includes(me.id))
    assert.ok(!JSON.stringify(await theirs.expect('GET', '/iam/api/v1/users/me')).includes(me.tenant))
    const { data } = await hub.admin.expect('GET', `/audit-log/logs?filter[flowId]=${flowId}`)
    assert.ok(data.length >= 3)
  })

  test('gets 404 for whatever it does to a thing of another, and nothing happens to it', async (t) => {
    const { mine, theirs, flowId, runId } = await setup(t)
    const before = await mine.expect('GET', `${flows}/${flowId}`)
    const { data: entries } = await mine.expect('GET', '/audit-log/logs')
    const me = await mine.expect('GET', '/iam/api/v1/users/me')
    const tries: [string, string, unknown?][] = [
      ['GET', `${flows}/${flowId}`],
      ['PATCH', `${flows}/${flowId}`, { name: 'taken over' }],
      ['DELETE', `${flows}/${flowId}`],
      ['POST', `${flows}/${flowId}/start`],
      ['POST', `${flows}/${flowId}/stop`],
      ['GET', `/component-orchestrator/executions/${runId}`],
      ['GET', `/audit-log/logs/${entries[0].id}`],
      ['GET', `/iam/api/v1/users/${me.id}`],
      ['GET', `/iam/api/v1/tenants/${me.tenant}`],
    ]
    for (const [method, path, body] of tries) {
      const answer = await theirs.call(method, path, body)
      assert.equal(answer.status, 404, `${method} ${path}: ${JSON.stringify(answer.body)}`)
      const unknown = await theirs.call(method, path.replace(/[0-9a-f]{8}-/, '00000000-'), body)
      assert.deepEqual(shape(answer.body), shape(unknown.body), 'foreign and unknown must look the same')
    }
    assert.deepEqual(await mine.expect('GET', `${flows}/${flowId}`), before)
  })

  test('cannot put its flows, users or events into another', async (t) => {
    const { mine, theirs, target } = await setup(t)
    const me = await mine.expect('GET', '/iam/api/v1/users/me')
    for (const field of ['tenant', 'tenantId', 'owners', 'id']) {
      const answer = await theirs.call('POST', flows, { ...firstFlow(target.url), [field]: me.tenant })
      assert.equal(answer.status, 400, field)
    }
    const user = { username: 'intruder', password: 'correct horse', tenant: me.tenant }
    assert.equal((await theirs.call('POST', '/iam/api/v1/users', user)).status, 403)
    assert.equal((await mine.expect('GET', flows)).meta.total, 1)
  })

  test('runs its flows as itself: what another can know by heart is the webhook alone', async (t) => {
    const { hub, theirs, flowId, target } = await setup(t)
    const headers = { authorization: `Bearer ${theirs.token}` }
    await callHub(hub.url, 'POST', `/webhooks/hook/${flowId}`, { body: { id: 2, title: 'x' }, headers })
    await target.received(2)
    assert.equal((await theirs.expect('GET', '/component-orchestrator/executions')).meta.total, 0)
  })
})

describe('a user without a permission', () => {
  const needs: [string, string, string, unknown?][] = [
    ['flows.read', 'GET', flows],
    ['flows.read', 'GET', `${flows}/ID`],
    ['flows.write', 'POST', flows, firstFlow('http://127.0.0.1:9/in')],
    ['flows.write', 'PATCH', `${flows}/ID`, { name: 'x' }],
    ['flows.write', 'DELETE', `${flows}/ID`],
    ['flows.control', 'POST', `${flows}/ID/start`],
    ['flows.control', 'POST', `${flows}/ID/stop`],
    ['executions.read', 'GET', '/component-orchestrator/executions'],
    ['executions.read', 'GET', '/component-orchestrator/executions/RUN'],
    ['logs.read', 'GET', '/audit-log/logs'],
    ['events.read', 'GET', '/event-bus/catalogue'],
    ['events.read', 'GET', '/event-bus/live'],
    ['tenant.account.read', 'GET', '/iam/api/v1/users'],
    ['tenant.account.create', 'POST', '/iam/api/v1/users', { username: 'other', password: 'correct horse' }],
    ['iam.tenant.create', 'POST', '/iam/api/v1/tenants', { name: 'x' }],
    ['iam.tenant.read', 'GET', '/iam/api/v1/tenants'],
  ]

  test('gets 403 that names it, and with it alone nothing else', async (t) => {
    const { hub, mine, flowId, runId } = await setup(t)
    const { tenant } = await mine.expect('GET', '/iam/api/v1/users/me')
    const none = await createMember(hub, tenant, { permissions: [] })
    for (const need of needs) await demandRefusal(none, need, { flowId, runId })
    const reader = await createMember(hub, tenant, { permissions: ['flows.read'] })
    assert.equal((await reader.expect('GET', flows)).meta.total, 1)
    const others = needs.filter(([permission]) => permission !== 'flows.read')
    for (const need of others) await demandRefusal(reader, need, { flowId, runId })
    const { data } = await mine.expect('GET', `${flows}/${flowId}`)
    assert.deepEqual([data.status, data.name], ['active', 'first flow'])
  })

  test('of the role USER builds and runs flows of the tenant, and manages nobody', async (t) => {
    const { hub, mine, flowId, runId } = await setup(t)
    const { tenant } = await mine.expect('GET', '/iam/api/v1/users/me')
    const user = await createMember(hub, tenant, { role: 'USER' })
    assert.equal((await user.expect('GET', flows)).meta.total, 1)
    await user.expect('POST', `${flows}/${flowId}/stop`)
    for (const need of needs.filter(([name]) => name.startsWith('iam.') || name.startsWith('tenant.account.create'))) {
      await demandRefusal(user, need, { flowId, runId })
    }
  })
})

async function demandRefusal(
  client: HubClient,
  [permission, method, path, body]: [string, string, string, unknown?],
  { flowId, runId }: { flowId: string; runId: string },
): Promise<void> {
  const answer = await client.call(method, path.replace('ID', flowId).replace('RUN', runId), body)
  assert.equal(answer.status, 403, `${method} ${path}: ${JSON.stringify(answer.body)}`)
  assert.ok(answer.body.detail.includes(permission), answer.body.detail)
}

/** A problem without what tells one request from another. */
function shape({ code, status, title }: Record<string, unknown>): unknown {
  return { code, status, title }
}
