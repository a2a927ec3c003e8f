import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { createTestHub, createTwoTenants } from '../../../../test/support/iam-hub.ts'

const path = '/iam/api/v1/run-tokens'
const me = '/iam/api/v1/users/me'
const minute = 60_000

async function setup(t: Parameters<typeof createTestHub>[0]) {
  const hub = await createTestHub(t, { unthrottled: true })
  await hub.iam.start()
  t.after(() => hub.iam.stop())
  const tenants = await createTwoTenants(hub)
  const { token: service } = await hub.iam.issueServiceToken('component-orchestrator', ['iam.token.delegate'])
  const flowId = randomUUID()
  const ask = (body: object, token: string = service) =>
    hub.call('POST', path, {
      token,
      body: { flowId, tenant: tenants.a.tenant, accounts: [tenants.a.plainId], ...body },
    })
  const account = async (token: string) => (await hub.call('GET', me, { token })).body
  return { hub, ...tenants, service, flowId, ask, account }
}

test('POST /run-tokens: the runs of a flow act in the name of the first account that may, within the scope', async (t) => {
  const { hub, a, service, flowId, ask, account } = await setup(t)
  const { status, body } = await ask({ accounts: [randomUUID(), a.bossId, a.plainId], scope: ['flows.read'] })
  assert.equal(status, 200)
  assert.equal(body.accountId, a.bossId)
  const acting = await account(body.token)
  assert.partialDeepStrictEqual(acting, {
    ...{ id: a.bossId, tenant: a.tenant, tokenType: 'DELEGATE', flowId, permissions: ['flows.read'], isAdmin: false },
  })
  assert.equal((await hub.iam.lookupToken(body.token))?.flowId, flowId)
  const ends = Date.parse(body.expireAt) - Date.parse(acting.createdAt)
  assert.ok(ends <= 15 * minute + 60_000, `it ends in ${ends} ms`)
  const [event] = await hub.events('iam.token.created').then((events) => events.slice(-1))
  const { id: maker } = await account(service)
  assert.partialDeepStrictEqual(event?.payload, {
    user: maker,
    tenant: a.tenant,
    accountId: a.bossId,
    type: 'DELEGATE',
    flowId,
  })
  assert.ok(!JSON.stringify(await hub.events()).includes(body.token))
})

test('asked for again it lives on with another value, and the one before ends when it would have', async (t) => {
  const { hub, ask } = await setup(t)
  const first = (await ask({})).body
  hub.advance(10 * minute)
  const second = (await ask({})).body
  assert.deepEqual([second.id, second.token === first.token], [first.id, false])
  const status = async ({ token }: { token: string }) => (await hub.call('GET', me, { token })).status
  assert.deepEqual([await status(first), await status(second)], [200, 200])
  hub.advance(6 * minute)
  assert.deepEqual([await status(first), await status(second)], [401, 200])
  hub.advance(60 * minute)
  assert.equal(await status(second), 401)
})

test('one that is over but not cleaned up yet is asked for again', async (t) => {
  const { hub, service: _, ask, a } = await setup(t)
  await ask({})
  hub.advance(30 * minute)
  const { token } = await hub.iam.issueServiceToken('component-orchestrator', ['iam.token.delegate'])
  const { body } = await ask({ accounts: [a.plainId] }, token)
  assert.equal((await hub.call('GET', me, { token: body.token })).status, 200)
})

test('with another scope it is another token, and the one before ends', async (t) => {
  const { hub, ask, a, account } = await setup(t)
  const wide = (await ask({ accounts: [a.bossId], scope: ['flows.read', 'flows.write'] })).body
  const narrow = (await ask({ accounts: [a.bossId], scope: ['flows.read'] })).body
  assert.notEqual(narrow.id, wide.id)
  assert.equal((await hub.call('GET', me, { token: wide.token })).status, 401)
  assert.deepEqual((await account(narrow.token)).permissions, ['flows.read'])
})

test('with other secrets it is another token, and runs of an earlier start go on by the one before', async (t) => {
  const { hub, ask, account, a } = await setup(t)
  const [one, other] = [randomUUID(), randomUUID()]
  const secretsOf = async ({ token }: { token: string }) => (await hub.iam.lookupToken(token))?.secretIds
  const none = (await ask({})).body
  const both = (await ask({ secrets: [one, other, one] })).body
  const again = (await ask({ secrets: [other.toUpperCase(), one] })).body
  const single = (await ask({ secrets: [one] })).body
  assert.equal(again.id, both.id)
  assert.equal(new Set([none.id, both.id, single.id]).size, 3)
  assert.equal(await secretsOf(none), undefined)
  for (const given of [both, again]) assert.deepEqual(await secretsOf(given), new Set([one, other]))
  assert.deepEqual(await secretsOf(single), new Set([one]))

  assert.deepEqual((await account(both.token)).secretIds, [one, other].toSorted())
  assert.equal('secretIds' in (await account(none.token)), false)
  const list = await hub.call('GET', '/iam/api/v1/tokens?meta=true', { token: a.plain })
  const shown = list.body.data.find(({ id }: { id: string }) => id === single.id)
  assert.deepEqual(shown.secretIds, [one])
  const created = await hub.events('iam.token.created')
  assert.deepEqual(created.at(-1)?.payload.secretIds, [one])

  hub.advance(16 * minute)
  for (const { token } of [none, both, again, single]) assert.equal(await hub.iam.lookupToken(token), undefined)
})

test('secrets are ids, at most 100 of them', async (t) => {
  const { ask } = await setup(t)
  const malformed = await ask({ secrets: [randomUUID(), 'sesame'] })
  assert.deepEqual([malformed.status, malformed.body.errors[0].field], [400, 'secrets[1]'])
  const many = (count: number) => ask({ secrets: Array.from({ length: count }, () => randomUUID()) })
  assert.equal((await many(101)).status, 400)
  assert.equal((await many(100)).status, 200)
})

test('nobody left is a conflict that says so: foreign members, disabled ones, deleted ones, a disabled tenant', async (t) => {
  const { hub, admin, a, b, ask } = await setup(t)
  const refused = async (body: object) => {
    const answer = await ask(body)
    assert.deepEqual([answer.status, answer.body.errors?.[0]?.field], [409, 'accounts'], JSON.stringify(answer.body))
  }
  await refused({ accounts: [] })
  await refused({ accounts: [randomUUID()] })
  await refused({ accounts: [b.bossId, b.plainId] })
  await refused({ tenant: randomUUID() })
  const acting = (await ask({})).body
  const patch = (id: string, body: object) => hub.call('PATCH', `/iam/api/v1/users/${id}`, { token: admin, body })
  assert.equal((await patch(a.plainId, { status: 'DISABLED' })).status, 200)
  await refused({})
  assert.equal((await hub.call('GET', me, { token: acting.token })).status, 401)
  assert.equal((await ask({ accounts: [a.plainId, a.bossId] })).body.accountId, a.bossId)
  assert.equal((await patch(a.plainId, { status: 'ACTIVE' })).status, 200)
  assert.equal((await ask({})).body.accountId, a.plainId)
  await hub.call('DELETE', `/iam/api/v1/tenants/${a.tenant}/user/${a.plainId}`, { token: admin })
  await refused({})
  await hub.call('PATCH', `/iam/api/v1/tenants/${a.tenant}`, { token: admin, body: { status: 'DISABLED' } })
  await refused({ accounts: [a.bossId] })
})

test('an administrator of the hub who is no member lends no flow a name: an owner does', async (t) => {
  const { admin, a, ask, account } = await setup(t)
  const { id } = await account(admin)
  assert.equal((await ask({ accounts: [id] })).status, 409)
  const { body } = await ask({ accounts: [id, a.plainId], scope: ['flows.read'] })
  assert.equal(body.accountId, a.plainId)
  assert.deepEqual((await account(body.token)).permissions.includes('all'), false)
})

test('a run token makes no token, prolongs and rotates none, switches no tenant and is no password', async (t) => {
  const { hub, a, ask } = await setup(t)
  const { token, id } = (await ask({ accounts: [a.bossId], scope: ['flows.write'] })).body
  const refusals = [
    ['POST', '/iam/api/v1/tokens', {}],
    ['GET', '/iam/api/v1/tokens/refresh', undefined],
    ['POST', `/iam/api/v1/tokens/${id}/values`, {}],
    ['POST', '/iam/api/v1/users/me/tenant', { tenant: a.tenant }],
    ['PUT', '/iam/api/v1/users/me/password', { currentPassword: 'x', newPassword: 'another password' }],
    ['POST', path, { flowId: randomUUID(), tenant: a.tenant, accounts: [a.bossId] }],
  ] as const
  for (const [method, route, body] of refusals) {
    const answer = await hub.call(method, route, { token, ...(body && { body }) })
    assert.equal(answer.status, 403, `${method} ${route}: ${JSON.stringify(answer.body)}`)
  }
})

test('only whoever holds the permission gets one, and what is asked for must be known', async (t) => {
  const { admin, a, ask } = await setup(t)
  assert.equal((await ask({}, a.boss)).status, 403)
  assert.equal((await ask({}, admin)).status, 200)
  const unknown = await ask({ scope: ['flows.read', 'no.such.permission'] })
  assert.deepEqual([unknown.status, unknown.body.errors[0].field], [400, 'scope[1]'])
})

test('20 at the same time get a value each of one token, and nobody a half one', async (t) => {
  const { hub, a, ask } = await setup(t)
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask({})))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
  assert.equal(new Set(answers.map(({ body }) => body.token)).size, 20)
  const list = await hub.call('GET', '/iam/api/v1/tokens?meta=true', { token: a.plain })
  assert.equal(list.body.data.filter(({ type }: { type: string }) => type === 'DELEGATE').length, 1)
})
