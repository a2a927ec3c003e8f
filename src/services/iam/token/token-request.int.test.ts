import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestHub, createTwoTenants, hour, type TestHub } from '../../../../test/support/iam-hub.ts'

const tokens = '/iam/api/v1/tokens'
const me = '/iam/api/v1/users/me'

async function setup(t: Parameters<typeof createTestHub>[0]) {
  const hub = await createTestHub(t, { unthrottled: true })
  // What lies within a scope is a matter of the registered permissions.
  await hub.iam.start()
  t.after(() => hub.iam.stop())
  const tenants = await createTwoTenants(hub)
  const ask = (token: string, body: object) => hub.call('POST', tokens, { token, body })
  const status = async (token: string) => (await hub.call('GET', me, { token })).status
  /** A user of tenant a with these permissions, none by roles. */
  const userWith = async (username: string, permissions: string[], more: object = { tenant: tenants.a.tenant }) => {
    const body = { username, password: `${username}-password`, permissions, roles: [], ...more }
    const { body: created } = await hub.call('POST', '/iam/api/v1/users', { token: tenants.admin, body })
    return { id: created.id as string, token: await hub.login(username, `${username}-password`) }
  }
  return { hub, ...tenants, ask, status, userWith }
}

async function permissionsOf(hub: TestHub, token: string): Promise<string[]> {
  return (await hub.call('GET', me, { token })).body.permissions.toSorted()
}

test('POST /tokens with iam.token.create makes a token of another account (case 32)', async (t) => {
  const { hub, admin, a, ask, status, userWith } = await setup(t)
  const maker = await userWith('maker', ['iam.token.create'])
  const made = await ask(maker.token, { accountId: a.plainId, expiresIn: '1h', inquirer: 'a test' })
  assert.equal(made.status, 200)
  assert.match(made.body.token, /^oih_/)
  assert.partialDeepStrictEqual(await hub.call('GET', me, { token: made.body.token }), {
    status: 200,
    body: { id: a.plainId, tokenType: 'EPHEMERAL_SERVICE_ACCOUNT', tenant: a.tenant },
  })
  const [event] = (await hub.events('iam.token.created')).slice(-1)
  assert.partialDeepStrictEqual(event?.payload, {
    user: maker.id,
    tenant: a.tenant,
    id: made.body.id,
    accountId: a.plainId,
  })
  assert.ok(!JSON.stringify(event).includes(made.body.token))
  hub.advance(hour + 1)
  assert.equal(await status(made.body.token), 401)
  hub.advance(-hour - 1)
  assert.equal((await ask(a.boss, { accountId: a.plainId, expiresIn: '1h' })).status, 403)
  await hub.call('PATCH', `/iam/api/v1/users/${a.plainId}`, { token: admin, body: { status: 'DISABLED' } })
  assert.equal((await ask(maker.token, { accountId: a.plainId, expiresIn: '1h' })).status, 404)
})

test('POST /tokens takes an empty description, and publishes none', async (t) => {
  const { hub, a, ask } = await setup(t)
  assert.equal((await ask(a.plain, { description: '', new: true })).status, 200)
  const [event] = (await hub.events('iam.token.created')).slice(-1)
  assert.equal(event?.payload.description, undefined)
})

test('POST /tokens gives nothing that its maker may not do, and finds nobody of another tenant', async (t) => {
  const { hub, admin, a, b, ask, userWith } = await setup(t)
  const maker = await userWith('maker', ['iam.token.create', 'flows.read'])
  const ofBoss = await ask(maker.token, { accountId: a.bossId, expiresIn: '1h' })
  assert.deepEqual(await permissionsOf(hub, ofBoss.body.token), ['flows.read'])
  assert.equal((await hub.call('GET', `/iam/api/v1/users`, { token: ofBoss.body.token })).status, 403)
  const wider = await ask(maker.token, { accountId: a.bossId, scope: ['flows.read', 'flows.write'] })
  assert.partialDeepStrictEqual(wider, { status: 403, body: { errors: [{ field: 'scope[1]' }] } })
  const adminId = (await hub.call('GET', me, { token: admin })).body.id
  for (const accountId of [b.plainId, adminId, crypto.randomUUID()]) {
    assert.equal((await ask(maker.token, { accountId, expiresIn: '1h' })).status, 404)
  }
  assert.equal((await ask(maker.token, { tenant: b.tenant })).status, 404)
})

test('POST /tokens with customPermissions allows exactly them, for those with iam.token.update (case 34)', async (t) => {
  const { hub, admin, a, ask, userWith } = await setup(t)
  const custom = { accountId: a.plainId, expiresIn: '1h', customPermissions: ['tenant.roles.update', 'events.read'] }
  const made = await ask(admin, custom)
  const introspected = await hub.call('POST', `${tokens}/introspect`, {
    token: admin,
    body: { token: made.body.token },
  })
  assert.deepEqual(introspected.body.permissions.toSorted(), ['events.read', 'tenant.roles.update'])
  const maker = await userWith('maker', ['iam.token.create'])
  assert.equal((await ask(maker.token, custom)).status, 403)
  const updater = await userWith('updater', ['iam.token.create', 'iam.token.update', 'events.read'])
  assert.partialDeepStrictEqual(await ask(updater.token, custom), {
    status: 403,
    body: { errors: [{ field: 'customPermissions[0]' }] },
  })
  const unknown = await ask(admin, { ...custom, customPermissions: ['no.such'] })
  assert.partialDeepStrictEqual(unknown, { status: 400, body: { errors: [{ field: 'customPermissions[0]' }] } })
})

test('a scoped token allows what its account may do within the scope, and nothing wider can be got by it', async (t) => {
  const { hub, a, ask } = await setup(t)
  const { body } = await ask(a.boss, {
    scope: ['tenant.account.update', 'flows.read', 'iam.tenant.read'],
    expiresIn: '7d',
  })
  assert.deepEqual(await permissionsOf(hub, body.token), ['flows.read', 'tenant.account.update'])
  assert.equal((await ask(body.token, { expiresIn: '1h' })).status, 403)
  const own = `/iam/api/v1/users/${a.bossId}`
  assert.equal(
    (await hub.call('PATCH', own, { token: body.token, body: { password: 'another-password' } })).status,
    403,
  )
  const switched = await hub.call('POST', `${me}/tenant`, { token: body.token, body: { tenant: a.tenant } })
  assert.equal(switched.status, 403)
  const whole = await ask(a.plain, { scope: ['tenant.all'] })
  assert.deepEqual(await permissionsOf(hub, whole.body.token), await permissionsOf(hub, a.plain))
  const none = await ask(a.plain, { scope: [] })
  assert.deepEqual(await permissionsOf(hub, none.body.token), [])
})

test('a scoped token loses what its account loses', async (t) => {
  const { hub, admin, a, ask } = await setup(t)
  const { body } = await ask(a.plain, { scope: ['flows.read'] })
  assert.deepEqual(await permissionsOf(hub, body.token), ['flows.read'])
  await hub.call('PATCH', `/iam/api/v1/users/${a.plainId}`, { token: admin, body: { roles: [] } })
  assert.deepEqual(await permissionsOf(hub, body.token), [])
})

test('POST /tokens for one that there is gives it another value, and the older one stays valid until it ends', async (t) => {
  const { hub, a, ask, status } = await setup(t)
  const body = { expiresIn: '2h', inquirer: 'script' }
  const first = await ask(a.plain, body)
  hub.advance(hour)
  const second = await ask(a.plain, body)
  assert.equal(second.body.id, first.body.id)
  assert.notEqual(second.body.token, first.body.token)
  assert.deepEqual([await status(first.body.token), await status(second.body.token)], [200, 200])
  assert.partialDeepStrictEqual((await hub.events('iam.token.modified'))[0]?.payload, {
    user: a.plainId,
    id: first.body.id,
    changed: ['value', 'expiresAt'],
  })
  const others = [
    { ...body, inquirer: 'other' },
    { ...body, expiresIn: '3h' },
    { ...body, scope: ['flows.read'] },
    { ...body, new: true },
  ]
  for (const other of others) assert.notEqual((await ask(a.plain, other)).body.id, first.body.id)
  hub.advance(hour + 1000)
  assert.deepEqual([await status(first.body.token), await status(second.body.token)], [401, 200])
})

test('parallel POST /tokens for the same token make one record', async (t) => {
  const { a, ask, status } = await setup(t)
  const made = await Promise.all(Array.from({ length: 12 }, () => ask(a.plain, { inquirer: 'many', expiresIn: -1 })))
  assert.equal(new Set(made.map(({ body }) => body.id)).size, 1)
  assert.equal(new Set(made.map(({ body }) => body.token)).size, 12)
  for (const { body } of made) assert.equal(await status(body.token), 200)
})

test('a token has at most 100 values, and an account 500 tokens', async (t) => {
  const { hub, a, ask } = await setup(t)
  const { body } = await ask(a.plain, { inquirer: 'loop', expiresIn: -1 })
  await hub.superuser.query(
    `insert into iam.token_value (hash, token_id, created_at) select int4send(n), $1, now() from generate_series(1, 99) n`,
    [body.id],
  )
  assert.partialDeepStrictEqual(await ask(a.plain, { inquirer: 'loop', expiresIn: -1 }), { status: 409 })
  await hub.superuser.query(
    `insert into iam.token (id, user_id, tenant_id, type, created_at)
     select gen_random_uuid(), $1, $2, 'PERSISTENT', now() from generate_series(1, 499)`,
    [a.plainId, a.tenant],
  )
  assert.partialDeepStrictEqual(await ask(a.plain, { inquirer: 'more', expiresIn: -1 }), { status: 409 })
})

test('POST /tokens refuses lifespans that are none, naming the field', async (t) => {
  const { a, ask } = await setup(t)
  for (const expiresIn of ['', '0h', '1', 'h', '-1h', '1h30m', '11y', '999999999y', 0, 1, -2, null, {}]) {
    const { status, body } = await ask(a.plain, { expiresIn })
    assert.equal(status, 400, JSON.stringify(expiresIn))
    assert.ok(
      body.errors.some(({ field }: { field: string }) => field === 'expiresIn'),
      JSON.stringify(body),
    )
  }
  assert.equal((await ask(a.plain, { expiresIn: '10y' })).status, 200)
})
