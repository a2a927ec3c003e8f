import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { createTestHub, createTwoTenants } from '../../../../test/support/iam-hub.ts'
import { ADMIN_ROLE } from '../role/role.ts'

// Ways by which a token led to more than was given, each of which was open once.

const [tokens, users, tenants] = ['tokens', 'users', 'tenants'].map((what) => `/iam/api/v1/${what}`)
const me = '/iam/api/v1/users/me'

async function setup(t: Parameters<typeof createTestHub>[0]) {
  const hub = await createTestHub(t, { unthrottled: true })
  await hub.iam.start()
  t.after(() => hub.iam.stop())
  const two = await createTwoTenants(hub)
  const call = (method: string, path: string | undefined, token: string, body?: object) =>
    hub.call(method, path ?? '', { token, ...(body && { body }) })
  const make = async (token: string, body: object): Promise<{ token: string; id: string }> => {
    const answer = await call('POST', tokens, token, body)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body
  }
  const may = async (token: string) => [...((await hub.iam.lookupToken(token))?.permissions ?? [])].toSorted()
  const create = async (body: object): Promise<string> => (await call('POST', users, two.admin, body)).body.id
  return { hub, ...two, call, make, may, create }
}

test('whoever comes by an account does not come by what somebody else lets it do besides', async (t) => {
  const { hub, admin, a, call, make, may } = await setup(t)
  const lent = await make(admin, { accountId: a.plainId, customPermissions: ['all'], expiresIn: -1 })
  assert.deepEqual(await may(lent.token), ['all'])
  assert.equal((await call('PATCH', `${users}/${a.plainId}`, a.boss, { password: 'taken-over-1' })).status, 200)
  const taken = await hub.login('plain-a', 'taken-over-1')
  assert.equal((await call('POST', `${tokens}/${lent.id}/values`, taken, { overlap: '1d' })).status, 404)
  // It still is what its maker made it for, and its own, and its maker's, to rotate.
  for (const rightful of [lent.token, admin]) {
    assert.equal((await call('POST', `${tokens}/${lent.id}/values`, rightful, {})).status, 200)
  }
})

test('a token makes no wider one, also of its own account', async (t) => {
  const { admin, call, make, may } = await setup(t)
  const narrow = await make(admin, { scope: ['iam.token.create'] })
  const next = await make(narrow.token, { inquirer: 'wide' })
  assert.deepEqual(await may(next.token), ['iam.token.create'])
  const asked = await call('POST', tokens, narrow.token, { inquirer: 'wider', scope: ['iam.tenant.read'] })
  assert.deepEqual([asked.status, asked.body.errors[0].field], [403, 'scope[0]'])
})

test('who is demoted keeps nothing by tokens that were made before, own ones and those for others', async (t) => {
  const { hub, admin, a, call, make, may, create } = await setup(t)
  const id = await create({ username: 'second', password: 'second-password', roles: [ADMIN_ROLE] })
  const second = await hub.login('second', 'second-password')
  const own = await make(second, { customPermissions: ['all'], expiresIn: -1 })
  const others = await make(second, { accountId: a.plainId, customPermissions: ['iam.tenant.read'], expiresIn: -1 })
  assert.deepEqual([await may(own.token), await may(others.token)], [['all'], ['iam.tenant.read']])
  assert.equal((await call('PATCH', `${users}/${id}`, admin, { roles: [] })).status, 200)
  assert.deepEqual([await may(own.token), await may(others.token)], [[], []])
  await call('PATCH', `${users}/${id}`, admin, { roles: [ADMIN_ROLE] })
  assert.deepEqual(await may(others.token), ['iam.tenant.read'])
  await call('PATCH', `${users}/${id}`, admin, { status: 'DISABLED' })
  assert.deepEqual(await may(others.token), [])
  await call('DELETE', `${users}/${id}`, admin)
  assert.deepEqual(await may(others.token), [])
})

test('the right to have runs act in the name of others administers nobody', async (t) => {
  const { hub, admin, a, call, create } = await setup(t)
  await create({ username: 'runner', password: 'runner-password', permissions: ['iam.token.delegate'] })
  const runner = await hub.login('runner', 'runner-password')
  const { body: root } = await call('GET', me, admin)
  for (const scope of ['all', 'iam.tenant.read', 'tenant.all', 'tenant.account.update', 'iam.token.create']) {
    const body = {
      flowId: randomUUID(),
      tenant: root.tenant,
      accounts: [root.id, a.bossId],
      scope: ['flows.read', scope],
    }
    const answer = await call('POST', '/iam/api/v1/run-tokens', runner, body)
    assert.deepEqual([answer.status, answer.body.errors[0].field], [403, 'scope[1]'], scope)
  }
})

test('who belongs to no tenant makes no token that acts in one', async (t) => {
  const { hub, a, call, may, create, make } = await setup(t)
  const permissions = ['iam.token.create', 'tenant.all', 'flows.read']
  await create({ username: 'outsider', password: 'outsider-password', permissions })
  const outsider = await hub.login('outsider', 'outsider-password')
  for (const body of [{ accountId: a.bossId }, { accountId: a.bossId, tenant: a.tenant, scope: ['flows.read'] }]) {
    assert.equal((await call('POST', tokens, outsider, body)).status, 404)
  }
  assert.equal((await call('POST', tokens, outsider, { tenant: a.tenant })).status, 404)
  assert.deepEqual(await may((await make(outsider, { inquirer: 'own' })).token), permissions.toSorted())
})

test('a value that was replaced neither rotates nor prolongs the token', async (t) => {
  const { a, call, make } = await setup(t)
  const old = await make(a.plain, { expiresIn: '1d' })
  const present = (await call('POST', `${tokens}/${old.id}/values`, a.plain, {})).body
  assert.equal((await call('GET', me, old.token)).status, 200)
  assert.equal((await call('POST', `${tokens}/${old.id}/values`, old.token, { overlap: '1s' })).status, 403)
  assert.equal((await call('GET', `${tokens}/refresh`, old.token)).status, 403)
  assert.equal((await call('GET', me, present.token)).status, 200)
  assert.equal((await call('POST', `${tokens}/${old.id}/values`, present.token, {})).status, 200)
})

test('to switch tenants makes a login no younger, and no more of them than there may be', async (t) => {
  const { hub, a, call } = await setup(t)
  const first = (await call('GET', `${tokens}?meta=true`, a.plain)).body.data[0]
  hub.advance(60_000)
  let token = a.plain
  for (let n = 0; n < 205; n += 1) token = (await call('POST', `${me}/tenant`, token, { tenant: a.tenant })).body.token
  const { body } = await call('GET', `${tokens}?meta=true`, token)
  assert.ok(body.meta.total <= 200, `${body.meta.total} logins`)
  assert.deepEqual(
    new Set(body.data.map(({ createdAt }: { createdAt: string }) => createdAt)),
    new Set([first.createdAt]),
  )
})

test('a password that another sets ends the tokens that the user has made, one of their own those that they name', async (t) => {
  const { hub, admin, a, call, make } = await setup(t)
  const status = async ({ token }: { token: string }) => (await call('GET', me, token)).status
  const own = await make(a.plain, { expiresIn: -1 })
  const given = await make(admin, { accountId: a.plainId, expiresIn: -1, scope: ['flows.read'] })
  const change = { currentPassword: 'plain-a-password', newPassword: 'another one 2' }
  assert.equal((await call('PUT', `${me}/password`, a.plain, change)).status, 204)
  assert.deepEqual([await status(own), await status(given)], [200, 200])
  assert.equal((await call('PATCH', `${users}/${a.plainId}`, a.boss, { password: 'a third one 3' })).status, 200)
  assert.deepEqual([await status(own), await status(given)], [401, 200])
  const login = await hub.login('plain-a', 'a third one 3')
  const second = await make(login, { expiresIn: -1 })
  const last = { currentPassword: 'a third one 3', newPassword: 'a fourth one 4', endTokens: true }
  assert.equal((await call('PUT', `${me}/password`, login, last)).status, 204)
  assert.deepEqual([await status(second), await status(given), await status({ token: login })], [401, 200, 200])
})

test('one’s own account is changed by a login alone', async (t) => {
  const { a, call, make } = await setup(t)
  for (const body of [{ scope: [] }, {}]) {
    const { token } = await make(a.plain, { ...body, new: true })
    assert.equal((await call('PATCH', me, token, { firstname: 'Eve' })).status, 403)
    const change = { currentPassword: 'plain-a-password', newPassword: 'another one 2' }
    assert.equal((await call('PUT', `${me}/password`, token, change)).status, 403)
  }
  assert.equal((await call('PATCH', me, a.plain, { firstname: 'Ada' })).status, 200)
})

test('rights within a tenant are given to a disabled administrator wholly or not at all', async (t) => {
  const { admin, a, call, create } = await setup(t)
  const id = await create({
    username: 'resting',
    password: 'resting-password',
    roles: [ADMIN_ROLE],
    status: 'DISABLED',
  })
  const role = '00000000-0000-7000-8000-000000000003'
  const put = (body: object) => call('PUT', `${tenants}/${a.tenant}/users/${id}`, admin, body)
  assert.equal((await put({ roles: [ADMIN_ROLE, randomUUID()] })).status, 404)
  const memberships = async () => (await call('GET', `${users}?meta=true&search=resting`, a.boss)).body.data.length
  assert.equal(await memberships(), 0)
  const given = await put({ roles: [role] })
  assert.equal(given.status, 200, JSON.stringify(given.body))
  assert.equal(await memberships(), 1)
})
