import assert from 'node:assert/strict'
import { test } from 'node:test'
import { v7 as uuidv7 } from 'uuid'
import { withDeadline } from '#lib/deadline'
import { can } from '#lib/principal'
import { ADMIN_PASSWORD, createTestHub, createTwoTenants, hour } from '../../../test/support/iam-hub.ts'
import { permissions } from './permissions.ts'

// The weaknesses of the reference's IAM, by their numbers in §7.2 of its description; cases by theirs in §8.3.

const api = '/iam/api/v1'
const me = `${api}/users/me`

test('§7.2-20 a tenant admin neither sees nor creates accounts of another tenant', async (t) => {
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

test('§7.2-20 a tenant admin changes no account of another tenant and none of the platform, nor takes one over (case 19)', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a, b } = await createTwoTenants(hub)
  const { body: platform } = await hub.call('GET', me, { token: admin })
  const before = await hub.events()
  for (const id of [b.plainId, b.bossId, platform.id]) {
    const paths = [
      `${api}/users/${id}`,
      `${api}/tenants/${a.tenant}/users/${id}`,
      `${api}/tenants/${b.tenant}/users/${id}`,
    ]
    for (const body of [{ password: 'taken-over' }, { status: 'DISABLED' }, { firstname: 'Mine' }, { permissions: [] }])
      assert.equal((await hub.call('PATCH', paths[0] ?? '', { token: a.boss, body })).status, 404, JSON.stringify(body))
    for (const path of paths.slice(1))
      assert.equal(
        (await hub.call('PUT', path, { token: a.boss, body: { permissions: ['flows.read'] } })).status,
        404,
        path,
      )
  }
  assert.deepEqual(await hub.events(), before)
  await hub.login('plain-b', 'plain-b-password')
  await hub.login('admin', ADMIN_PASSWORD)
  const { body: users } = await hub.call('GET', `${api}/users`, { token: a.boss })
  assert.deepEqual(new Set(users.map(({ id }: { id: string }) => id)), new Set([a.bossId, a.plainId]))
})

test('§7.2-21 taking a user out of a tenant is always answered (case 41)', async (t) => {
  const hub = await createTestHub(t)
  const { a, b } = await createTwoTenants(hub)
  const statuses = []
  for (const id of [b.plainId, uuidv7(), 'no-id', a.plainId, a.plainId]) {
    const answer = hub.call('DELETE', `${api}/tenants/${a.tenant}/user/${id}`, { token: a.boss })
    statuses.push((await withDeadline(answer, 10_000, 'The answer')).status)
  }
  assert.deepEqual(statuses, [404, 404, 400, 200, 404])
  assert.equal((await hub.events('iam.user.removedFromTenant')).length, 1)
})

test('§7.2-22 every failed login is an event, and no answer tells who exists (cases 2, 4)', async (t) => {
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

test('§7.2-22 wrong passwords lock nobody out, and who goes on trying has to wait (case 5)', async (t) => {
  const hub = await createTestHub(t)
  const attempt = async (password: string) =>
    (await hub.call('POST', '/iam/login', { body: { username: 'admin', password } })).status
  const wrong = []
  for (let count = 0; count < 3; count++) wrong.push(await attempt('wrong-password'))
  assert.deepEqual(wrong, [401, 401, 401])
  assert.equal(await attempt(ADMIN_PASSWORD), 200)
  const more = []
  for (let count = 0; count < 8; count++) more.push(await attempt('wrong-password'))
  assert.deepEqual([more[0], more.at(-1)], [401, 429])
  hub.advance(60_000)
  assert.equal(await attempt(ADMIN_PASSWORD), 200)
})

test('§7.2-23 a disabled account is out at once by its cookie too, and in again when it is enabled (case 38)', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const body = { username: 'plain-a', password: 'plain-a-password' }
  const session = await hub.call('POST', '/iam/session', { body })
  const [cookie = ''] = (session.headers.get('set-cookie') ?? '').split(';')
  const look = async () => (await hub.call('GET', me, { headers: { cookie, 'sec-fetch-site': 'same-origin' } })).status
  const seen = [await look()]
  for (const status of ['DISABLED', 'ACTIVE']) {
    const answer = await hub.call('PATCH', `${api}/users/${a.plainId}`, { token: admin, body: { status } })
    assert.equal(answer.status, 200)
    seen.push(await look())
  }
  assert.deepEqual(seen, [200, 401, 200])
})

test('§7.2-23 a disabled account is out at once, and no cookie lets it in', async (t) => {
  const hub = await createTestHub(t)
  const { a } = await createTwoTenants(hub)
  await hub.superuser.query(`update iam.user set status = 'DISABLED' where id = $1`, [a.plainId])
  assert.equal((await hub.call('GET', me, { token: a.plain })).status, 401)
  const cookie = `token=${a.boss}; connect.sid=${a.boss}; Authorization=Bearer ${a.boss}`
  const answer = await hub.call('GET', me, { headers: { cookie, origin: 'http://localhost.evil.example' } })
  assert.equal(answer.status, 401)
  assert.equal(answer.headers.get('access-control-allow-origin'), null)
})

test('§7.2-24 logging out withdraws the token used and no other (case 10)', async (t) => {
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

test('§7.2-25 an expired token is refused before it is cleaned up, and use prolongs nothing', async (t) => {
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

test('§7.2-25 no token is stored, logged or published, nor is a password', async (t) => {
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

test('§7.2-26 roles of the hub are listed for everyone, also for an admin without tenant', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const [ADMIN] = (await hub.call('GET', `${api}/roles`, { token: a.plain })).body
  const body = { username: 'free', password: 'free-password', roles: [ADMIN.id] }
  assert.equal((await hub.call('POST', `${api}/users`, { token: admin, body })).status, 200)
  const token = await hub.login('free', 'free-password')
  assert.equal((await hub.call('GET', me, { token })).body.tenant, undefined)
  assert.equal((await hub.call('GET', `${api}/roles`, { token })).body.length, 3)
})

test('§7.2-26 roles of the hub stay as they are, and an admin without tenant deletes what it says it has deleted', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const { body: roles } = await hub.call('GET', `${api}/roles`, { token: admin })
  for (const token of [admin, a.boss]) {
    for (const { id } of roles.filter(({ isGlobal }: { isGlobal: boolean }) => isGlobal)) {
      const answers = [
        hub.call('DELETE', `${api}/roles/${id}`, { token }),
        hub.call('PATCH', `${api}/roles/${id}`, { token, body: { description: 'mine' } }),
      ]
      for (const answer of answers) assert.equal((await withDeadline(answer, 10_000, 'The answer')).status, 403)
    }
  }
  const free = { username: 'free', password: 'free-password', roles: ['00000000-0000-7000-8000-000000000001'] }
  await hub.call('POST', `${api}/users`, { token: admin, body: free })
  const token = await hub.login('free', 'free-password')
  const { body: role } = await hub.call('POST', `${api}/roles`, { token: a.boss, body: { name: 'Own' } })
  const statuses = []
  for (const method of ['GET', 'DELETE', 'GET', 'DELETE'])
    statuses.push((await hub.call(method, `${api}/roles/${role.id}`, { token })).status)
  assert.deepEqual(statuses, [200, 200, 404, 404])
  assert.equal((await hub.events('iam.role.deleted')).length, 1)
})

test('§7.2-27 a PUT replaces: what is absent is as for something new (cases 16, 22)', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const token = admin
  const user = `${api}/users/${a.plainId}`
  await hub.call('PATCH', user, {
    token,
    body: { firstname: 'Ada', lastname: 'Lovelace', status: 'DISABLED', confirmed: true },
  })
  const replaced = await hub.call('PUT', user, { token, body: { username: 'plain-a' } })
  assert.equal(replaced.status, 200)
  assert.partialDeepStrictEqual(replaced.body, { username: 'plain-a', status: 'ACTIVE', confirmed: false })
  assert.deepEqual([replaced.body.firstname, replaced.body.lastname], [undefined, undefined])
  const tenant = `${api}/tenants/${a.tenant}`
  await hub.call('PATCH', tenant, { token, body: { status: 'DISABLED', confirmed: false } })
  const { body } = await hub.call('PUT', tenant, { token, body: { name: 'New' } })
  assert.partialDeepStrictEqual(body, { name: 'New', status: 'ACTIVE', confirmed: true })
})

test('§7.2-27 changing and deleting what is not there is 404, without an event', async (t) => {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  const before = await hub.events()
  const bodies = { users: { username: 'x' }, tenants: { name: 'x' }, roles: { description: 'x' }, permissions: {} }
  for (const [things, body] of Object.entries(bodies)) {
    for (const method of ['DELETE', 'PATCH', ...(things === 'users' || things === 'tenants' ? ['PUT'] : [])]) {
      const sent =
        method === 'DELETE' ? {} : { body: method === 'PATCH' && things === 'users' ? { firstname: 'x' } : body }
      const status = async (id: string) => (await hub.call(method, `${api}/${things}/${id}`, { token, ...sent })).status
      assert.deepEqual([await status(uuidv7()), await status('123')], [404, 400], `${method} ${things}`)
    }
  }
  assert.deepEqual(await hub.events(), before)
})

test('§7.2-27 unknown ids are 404 and malformed ones 400', async (t) => {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  for (const path of ['users', 'tenants']) {
    const read = async (id: string) => (await hub.call('GET', `${api}/${path}/${id}`, { token })).status
    assert.equal(await read(uuidv7()), 404)
    for (const id of ['123', '5f3e', `urn:uuid:${uuidv7()}`, '%27', '$ne', 'null'])
      assert.equal(await read(id), 400, id)
  }
})

test('§7.2-29 a stock tenant admin and a plain user may use flows', async (t) => {
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

test('§7.2-30 users without tenant do not share one', async (t) => {
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

test('§7.2-30 no header chooses how a token is looked at', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const body = { token: a.plain }
  const answers = []
  for (const headers of [{}, { 'x-auth-type': 'basic' }, { 'x-auth-type': 'oidc' }]) {
    const answer = await hub.call('POST', `${api}/tokens/introspect`, { token: admin, body, headers })
    answers.push([answer.status, answer.body])
    assert.equal((await hub.call('POST', `${api}/tokens/introspect`, { token: a.plain, body, headers })).status, 403)
  }
  assert.equal(answers[0]?.[0], 200)
  assert.deepEqual([answers[1], answers[2]], [answers[0], answers[0]])
})
