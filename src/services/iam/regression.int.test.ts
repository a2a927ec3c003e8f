import assert from 'node:assert/strict'
import { test } from 'node:test'
import { v7 as uuidv7 } from 'uuid'
import { can } from '#lib/principal'
import { ADMIN_PASSWORD, createTestHub, createTwoTenants, hour } from '../../../test/support/iam-hub.ts'
import { permissions } from './permissions.ts'

// The weaknesses of the reference's IAM, by their numbers there, as far as these routes could have them.

const api = '/iam/api/v1'
const me = `${api}/users/me`

test('20: a tenant admin neither sees nor creates accounts of another tenant', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a, b } = await createTwoTenants(hub)
  assert.equal((await hub.call('GET', `${api}/users/${b.plainId}`, { token: a.boss })).status, 404)
  const body = { username: 'mole', password: 'mole-password', tenant: b.tenant }
  assert.equal((await hub.call('POST', `${api}/users`, { token: a.boss, body })).status, 403)
  const taken = { username: 'plain-b', password: 'other-password' }
  assert.equal((await hub.call('POST', `${api}/users`, { token: a.boss, body: taken })).status, 409)
  await hub.login('plain-b', 'plain-b-password')
  const { body: victim } = await hub.call('GET', `${api}/users/${b.plainId}`, { token: admin })
  assert.equal(victim.tenant, b.tenant)
})

test('22: every failed login is an event, and no answer tells who exists', async (t) => {
  const hub = await createTestHub(t)
  const answers = []
  for (const username of ['admin', 'nobody']) {
    const { status, body } = await hub.call('POST', '/iam/login', { body: { username, password: 'wrong-password' } })
    answers.push({ status, ...body, instance: '' })
  }
  assert.deepEqual(answers[0], answers[1])
  const events = await hub.events('iam.user.loginFailed')
  assert.equal(events.length, 2)
  assert.ok(events[0]?.payload.id)
  assert.doesNotMatch(JSON.stringify(events), /nobody|wrong-password/)
})

test('23: a disabled account is out at once, and no cookie lets it in', async (t) => {
  const hub = await createTestHub(t)
  const { a } = await createTwoTenants(hub)
  await hub.superuser.query(`update iam.user set status = 'DISABLED' where id = $1`, [a.plainId])
  assert.equal((await hub.call('GET', me, { token: a.plain })).status, 401)
  const cookie = `token=${a.boss}; connect.sid=${a.boss}; Authorization=Bearer ${a.boss}`
  const answer = await hub.call('GET', me, { headers: { cookie, origin: 'http://localhost.evil.example' } })
  assert.equal(answer.status, 401)
  assert.equal(answer.headers.get('access-control-allow-origin'), null)
})

test('24: logging out withdraws the token used and no other (case 10)', async (t) => {
  const hub = await createTestHub(t)
  const tokens = await Promise.all([1, 2, 3].map(() => hub.login('admin', ADMIN_PASSWORD)))
  const [first = '', second = '', third = ''] = tokens
  const principal = await hub.iam.lookupToken(second)
  const answer = await hub.call('POST', '/iam/logout', { token: second })
  assert.deepEqual([answer.status, answer.body], [200, { loggedOut: true }])
  const statuses = []
  for (const token of [first, second, third]) statuses.push((await hub.call('GET', me, { token })).status)
  assert.deepEqual(statuses, [200, 401, 200])
  assert.deepEqual(
    (await hub.events('iam.token.deleted')).map(({ payload }) => payload),
    [
      {
        user: principal?.id,
        tenant: principal?.tenant,
        id: principal?.tokenId,
        accountId: principal?.id,
        reason: 'logout',
      },
    ],
  )
})

test('25: an expired token is refused before it is cleaned up, and use prolongs nothing', async (t) => {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  const introspect = async (by: string) =>
    (await hub.call('POST', `${api}/tokens/introspect`, { token: by, body: { token } })).status
  hub.advance(12 * hour - 60_000)
  assert.equal((await hub.call('GET', me, { token })).status, 200)
  assert.equal(await introspect(token), 200)
  hub.advance(61_000)
  assert.equal((await hub.call('GET', me, { token })).status, 401)
  assert.equal(await introspect(await hub.login('admin', ADMIN_PASSWORD)), 404)
  assert.equal((await hub.superuser.query('select * from iam.token')).length, 2)
})

test('25: no token is stored, logged or published, nor is a password', async (t) => {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  const body = { token: `${token.slice(0, -1)}-`, password: ADMIN_PASSWORD }
  await hub.call('POST', `${api}/tokens/introspect`, { token, body: { token: body.token } })
  await hub.call('POST', `${api}/tokens/introspect`, { token, body })
  await hub.call('POST', '/iam/login', { body: { username: 'secret-in-the-wrong-field', password: 'wrong-secret' } })
  await hub.call('GET', me, { token: `${token}x` })
  const tables = ['iam.user', 'iam.token', 'iam.login_failure', 'event_bus.event']
  const stored = await Promise.all(
    tables.map((table) => hub.superuser.query(`select coalesce(string_agg(x::text, ' '), '') as all from ${table} x`)),
  )
  const seen = JSON.stringify([stored, hub.logs])
  for (const secret of [token, token.slice(4, 47), ADMIN_PASSWORD, 'wrong-secret', 'secret-in-the-wrong-field']) {
    assert.equal(seen.includes(secret), false)
  }
})

test('26: roles of the hub are listed for everyone, also for an admin without tenant', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const [ADMIN] = (await hub.call('GET', `${api}/roles`, { token: a.plain })).body
  const body = { username: 'free', password: 'free-password', roles: [ADMIN.id] }
  assert.equal((await hub.call('POST', `${api}/users`, { token: admin, body })).status, 200)
  const token = await hub.login('free', 'free-password')
  assert.equal((await hub.call('GET', me, { token })).body.tenant, undefined)
  assert.equal((await hub.call('GET', `${api}/roles`, { token })).body.length, 3)
})

test('27: unknown ids are 404 and malformed ones 400', async (t) => {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  for (const path of ['users', 'tenants']) {
    const read = async (id: string) => (await hub.call('GET', `${api}/${path}/${id}`, { token })).status
    assert.equal(await read(uuidv7()), 404)
    for (const id of ['123', '5f3e', `urn:uuid:${uuidv7()}`, '%27', '$ne', 'null'])
      assert.equal(await read(id), 400, id)
  }
})

test('29: a stock tenant admin and a plain user may use flows', async (t) => {
  const hub = await createTestHub(t)
  const { a } = await createTwoTenants(hub)
  for (const token of [a.boss, a.plain]) {
    const principal = await hub.iam.lookupToken(token)
    for (const name of ['flows.read', 'flows.write', 'flows.control']) {
      assert.ok(principal && can(principal, { name, scope: 'tenant', description: '' }), name)
    }
    assert.equal(principal && can(principal, permissions.tokenIntrospect), false)
  }
  const { body } = await hub.call('GET', `${api}/permissions`, { token: a.boss })
  assert.ok(body.includes('flows.control'))
})

test('30: users without tenant do not share one', async (t) => {
  const hub = await createTestHub(t)
  const { admin } = await createTwoTenants(hub)
  const wanted = [
    'tenant.all',
    'tenant.account.read',
    'tenant.account.create',
    'tenant.profile.read',
    'tenant.roles.read',
  ]
  for (const username of ['alone', 'lonely']) {
    const body = { username, password: 'some-password', permissions: wanted }
    assert.equal((await hub.call('POST', `${api}/users`, { token: admin, body })).status, 200)
  }
  const token = await hub.login('alone', 'some-password')
  const { body: account } = await hub.call('GET', me, { token })
  assert.equal(account.username, 'alone')
  assert.deepEqual((await hub.call('GET', `${api}/users`, { token })).body, [])
  assert.deepEqual((await hub.call('GET', `${api}/roles`, { token })).body, [])
  assert.equal((await hub.call('GET', `${api}/users/${account.id}`, { token })).status, 404)
  const body = { username: 'third', password: 'some-password' }
  assert.equal((await hub.call('POST', `${api}/users`, { token, body })).status, 403)
})
