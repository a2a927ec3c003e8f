import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Payloads } from '#catalogue'
import { createEventBus, createMembership } from '#event-bus'
import {
  ADMIN_PASSWORD,
  createTestHub,
  createTwoTenants,
  hour,
  type TestHub,
} from '../../../../test/support/iam-hub.ts'
import { cleanUp } from '../clean-up.ts'
import { createLoginFailures } from '../login/login-failures.ts'

const me = '/iam/api/v1/users/me'

test('protected routes refuse missing, malformed and unknown tokens (case 8)', async (t) => {
  const hub = await createTestHub(t)
  assert.equal((await hub.call('GET', me)).status, 401)
  const malformed = await hub.call('GET', me, { headers: { authorization: 'SomeToken' } })
  assert.partialDeepStrictEqual(malformed, { status: 401, body: { message: 'INVALID_HEADER' } })
  assert.equal((await hub.call('GET', me, { token: 'random' })).status, 401)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  assert.equal((await hub.call('GET', me, { token, headers: { 'x-auth-type': 'random' } })).status, 400)
})

test('GET / and /healthcheck are public (case 7)', async (t) => {
  const hub = await createTestHub(t)
  for (const path of ['/iam', '/iam/', '/iam/healthcheck']) assert.equal((await hub.call('GET', path)).status, 200)
})

test('lookupToken() asks the database only for what has the form and checksum of a token', async (t) => {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  assert.equal((await hub.iam.lookupToken(token))?.kind, 'user')
  await hub.superuser.query('alter table iam.token rename to gone')
  await assert.rejects(hub.iam.lookupToken(token))
  const slip = token.endsWith('0') ? `${token.slice(0, -1)}1` : `${token.slice(0, -1)}0`
  for (const text of ['', 'oih_', 'garbage', slip, `${token}x`, token.toLowerCase(), `${token}\u0000`]) {
    assert.equal(await hub.iam.lookupToken(text), undefined)
  }
})

test('lookupToken() joins the permissions of token, account, membership and all roles', async (t) => {
  const hub = await createTestHub(t)
  const { a } = await createTwoTenants(hub)
  const plain = await hub.iam.lookupToken(a.plain)
  assert.deepEqual([...(plain?.permissions ?? [])].toSorted(), [
    'events.read',
    'executions.read',
    'flows.control',
    'flows.read',
    'flows.write',
    'tenant.profile.read',
    'tenant.roles.read',
  ])
  assert.equal(plain?.tenant, a.tenant)
  await hub.superuser.query(`update iam.token set permissions = '{of.token}'`)
  await hub.superuser.query(`update iam.user set permissions = '{of.account}'`)
  await hub.superuser.query(`update iam.membership set permissions = '{of.membership,flows.read}'`)
  const more = await hub.iam.lookupToken(a.plain)
  assert.equal(more?.permissions.size, 10)
})

test('lookupToken() takes no permission from a tenant in which the token does not act', async (t) => {
  const hub = await createTestHub(t)
  const { a, b } = await createTwoTenants(hub)
  await hub.superuser.query(
    `insert into iam.membership (user_id, tenant_id, is_default, permissions, created_at) values ($1, $2, false, '{of.b}', now())`,
    [a.plainId, b.tenant],
  )
  await hub.superuser.query(
    `insert into iam.membership_role (user_id, tenant_id, role_id) values ($1, $2, '00000000-0000-7000-8000-000000000003')`,
    [a.plainId, b.tenant],
  )
  const permissions = (await hub.iam.lookupToken(a.plain))?.permissions
  assert.equal(permissions?.has('of.b'), false)
  assert.equal(permissions?.has('tenant.all'), false)
})

test('lookupToken() refuses tokens of disabled users, of disabled tenants and of ended memberships', async (t) => {
  const hub = await createTestHub(t)
  const { a, b } = await createTwoTenants(hub)
  await hub.superuser.query(`update iam.user set status = 'DISABLED' where username = 'boss-a'`)
  assert.equal(await hub.iam.lookupToken(a.boss), undefined)
  await hub.superuser.query('delete from iam.membership where user_id = $1', [a.plainId])
  assert.equal(await hub.iam.lookupToken(a.plain), undefined)
  await hub.superuser.query(`update iam.tenant set status = 'DISABLED' where name = 'b'`)
  assert.equal(await hub.iam.lookupToken(b.boss), undefined)
})

test('POST /tokens/introspect describes the account, and knows nothing of other tokens (case 35)', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const introspect = (token: string, asked: unknown) =>
    hub.call('POST', '/iam/api/v1/tokens/introspect', { token, body: { token: asked } })
  const { status, body } = await introspect(admin, a.plain)
  assert.equal(status, 200)
  assert.partialDeepStrictEqual(body, {
    _id: a.plainId,
    id: a.plainId,
    username: 'plain-a',
    status: 'ACTIVE',
    tenant: a.tenant,
    kind: 'user',
    isAdmin: false,
    tokenType: 'SELF',
  })
  assert.deepEqual(
    body.roles.map(({ name }: { name: string }) => name),
    ['USER'],
  )
  assert.ok(body.permissions.includes('tenant.profile.read'))
  assert.doesNotMatch(JSON.stringify(body), /argon2|oih_/)
  assert.equal((await introspect(admin, 'random-token')).status, 404)
  assert.equal((await introspect(a.boss, a.plain)).status, 403)
  assert.equal((await introspect(admin, '')).status, 400)
})

test('issueServiceToken() gives a service exactly the permissions asked for, and one user', async (t) => {
  const hub = await createTestHub(t)
  const before = (await hub.events()).length
  const issue = () => hub.iam.issueServiceToken('component-orchestrator', ['flows.read'])
  const [first, second] = await Promise.all([issue(), issue(), issue()])
  assert.ok(first && second)
  const principal = await hub.iam.lookupToken(first.token)
  assert.equal(principal?.kind, 'service')
  assert.equal(principal.tenant, undefined)
  assert.deepEqual([...principal.permissions], ['flows.read'])
  assert.equal(principal.expiresAt, first.expiresAt)
  assert.equal((await hub.iam.lookupToken(second.token))?.id, principal.id)
  const events = (await hub.events()).slice(before)
  assert.deepEqual(events.map(({ name }) => name).toSorted(), [
    'iam.token.created',
    'iam.token.created',
    'iam.token.created',
    'iam.user.created',
  ])
  assert.ok(events.every(({ payload }) => payload.user === undefined && payload.tenant === undefined))
  assert.equal((await hub.call('GET', me, { token: first.token })).body.username, 'component-orchestrator')
  hub.advance(hour + 1)
  assert.equal(await hub.iam.lookupToken(first.token), undefined)
  await assert.rejects(hub.iam.issueServiceToken('Orchestrator', []), /must be like/)
})

test('a person may have the name of a service without being it', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const body = { username: 'audit-log', password: 'some-password', tenant: a.tenant }
  assert.equal((await hub.call('POST', '/iam/api/v1/users', { token: admin, body })).status, 200)
  const { token } = await hub.iam.issueServiceToken('audit-log', ['all'])
  const person = await hub.login('audit-log', 'some-password')
  const [service, user] = await Promise.all([hub.iam.lookupToken(token), hub.iam.lookupToken(person)])
  assert.notEqual(service?.id, user?.id)
  assert.equal(user?.permissions.has('all'), false)
})

function cleanerOf(hub: TestHub, clock: () => Date) {
  const { db } = hub
  const bus = createEventBus<Payloads>({ db, membership: createMembership({ db }) }).service('iam')
  return () =>
    cleanUp(
      { db, bus, clock },
      { failures: createLoginFailures({ db, bus, clock }), throttle: { settle: async () => 0 } },
    )
}

test('cleanUp() deletes what has expired, in batches, with an event each, and nothing else', async (t) => {
  const hub = await createTestHub(t)
  const { a } = await createTwoTenants(hub)
  const [{ count: before } = { count: 0 }] = await hub.superuser.query('select count(*) from iam.token')
  await hub.superuser.query(
    `insert into iam.token (id, user_id, tenant_id, type, expires_at, created_at)
     select gen_random_uuid(), $1, $2, 'SELF', now() - interval '1 minute', now() from generate_series(1, 1201) n`,
    [a.plainId, a.tenant],
  )
  const clean = cleanerOf(hub, () => new Date())
  await Promise.all([clean(), clean()])
  await clean()
  const events = await hub.events('iam.token.deleted')
  assert.equal(events.length, 1201)
  assert.equal(new Set(events.map(({ payload }) => payload.id)).size, 1201)
  assert.partialDeepStrictEqual(events[0]?.payload, { tenant: a.tenant, accountId: a.plainId, reason: 'expired' })
  const [{ count: after } = { count: 0 }] = await hub.superuser.query('select count(*) from iam.token')
  assert.equal(after, before)
})

test('cleanUp() tells of held-back failures once their minute has ended', async (t) => {
  const hub = await createTestHub(t)
  for (let n = 0; n < 8; n++) await hub.call('POST', '/iam/login', { body: { username: 'nobody', password: 'x' } })
  let now = new Date()
  const clean = cleanerOf(hub, () => now)
  await clean()
  assert.equal((await hub.events('iam.user.loginFailed')).length, 5)
  now = new Date(now.getTime() + 61_000)
  await clean()
  await clean()
  const events = await hub.events('iam.user.loginFailed')
  assert.deepEqual(events.map(({ payload }) => payload.count).slice(5), [3])
  assert.equal(new Set(events.map(({ payload }) => payload.usernameHash)).size, 1)
  assert.deepEqual(await hub.superuser.query('select * from iam.login_failure'), [])
})
