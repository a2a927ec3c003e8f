import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestHub, createTwoTenants, hour } from '../../../../test/support/iam-hub.ts'

const tokens = '/iam/api/v1/tokens'
const me = '/iam/api/v1/users/me'
const day = 24 * hour

async function setup(t: Parameters<typeof createTestHub>[0]) {
  const hub = await createTestHub(t, { unthrottled: true })
  const tenants = await createTwoTenants(hub)
  const ask = async (token: string, body: object) => (await hub.call('POST', tokens, { token, body })).body
  const status = async (token: string) => (await hub.call('GET', me, { token })).status
  const rotate = (token: string, id: string, body: object = {}) =>
    hub.call('POST', `${tokens}/${id}/values`, { token, body })
  return { hub, ...tenants, ask, status, rotate }
}

test('POST /tokens/:id/values rotates: the older values end after the overlap', async (t) => {
  const { hub, a, ask, status, rotate } = await setup(t)
  const made = await ask(a.plain, { expiresIn: -1, inquirer: 'server' })
  const byItself = await rotate(made.token, made.id, { overlap: '10m' })
  assert.equal(byItself.status, 200)
  assert.equal(byItself.body.id, made.id)
  assert.deepEqual([await status(made.token), await status(byItself.body.token)], [200, 200])
  const read = async () => (await hub.call('GET', `${tokens}/${made.id}`, { token: a.plain })).body
  assert.partialDeepStrictEqual(await read(), { values: 2, type: 'PERSISTENT', inquirer: 'server', isCurrent: false })
  hub.advance(600_001)
  assert.deepEqual([await status(made.token), await status(byItself.body.token)], [401, 200])
  assert.equal((await read()).values, 1)
  assert.equal((await hub.events('iam.token.modified')).length, 1)
})

test('a token is rotated by itself, by a login of its user and by its maker alone', async (t) => {
  const { hub, admin, a, b, ask, status, rotate } = await setup(t)
  const made = await ask(admin, { accountId: a.plainId, expiresIn: '1d' })
  const other = await ask(a.plain, { expiresIn: '1d', inquirer: 'other' })
  for (const stranger of [a.boss, b.boss, other.token]) assert.equal((await rotate(stranger, made.id)).status, 404)
  assert.equal(await status(made.token), 200)
  for (const rightful of [made.token, admin, a.plain]) assert.equal((await rotate(rightful, made.id)).status, 200)
  const body = {
    username: 'maker',
    password: 'maker-password',
    tenant: a.tenant,
    roles: [],
    permissions: ['iam.token.create', 'flows.read'],
  }
  const { id: makerId } = (await hub.call('POST', '/iam/api/v1/users', { token: admin, body })).body
  const maker = await hub.login('maker', 'maker-password')
  const lent = await ask(maker, { accountId: a.plainId, expiresIn: '1d' })
  assert.equal((await rotate(maker, lent.id)).status, 200)
  const less = { permissions: ['iam.token.create'] }
  await hub.call('PATCH', `/iam/api/v1/users/${makerId}`, { token: admin, body: less })
  assert.equal((await rotate(maker, lent.id)).status, 404)
  const { body: login } = await hub.call('GET', me, { token: a.plain })
  assert.equal((await rotate(a.plain, login.tokenId)).status, 403)
})

test('GET /tokens/refresh lets a token live on, which a disabled user cannot (case 37)', async (t) => {
  const { hub, admin, a, status } = await setup(t)
  const refresh = () => hub.call('GET', `${tokens}/refresh`, { token: a.plain })
  hub.advance(11 * hour)
  const first = await refresh()
  assert.partialDeepStrictEqual(first, { status: 200, body: { token: a.plain } })
  const setStatus = (to: string) =>
    hub.call('PATCH', `/iam/api/v1/users/${a.plainId}`, { token: fresh, body: { status: to } })
  const fresh = await hub.login('admin', 'correct horse battery')
  assert.equal((await setStatus('DISABLED')).status, 200)
  assert.equal((await refresh()).status, 401)
  assert.equal((await setStatus('ACTIVE')).status, 200)
  assert.equal((await refresh()).status, 200)
  hub.advance(11 * hour)
  assert.deepEqual([await status(admin), await status(a.plain)], [401, 200])
  assert.equal((await hub.call('POST', '/iam/logout', { token: a.plain })).status, 200)
  assert.equal((await refresh()).status, 401)
})

test('GET /tokens/refresh tells once, however often it is asked, and not beyond 30 days', async (t) => {
  const { hub, a, status } = await setup(t)
  const refresh = () => hub.call('GET', `${tokens}/refresh`, { token: a.plain })
  hub.advance(6 * hour)
  for (let n = 0; n < 5; n++) assert.equal((await refresh()).status, 200)
  assert.equal((await hub.events('iam.token.modified')).length, 1)
  for (let gone = 6 * hour; gone < 30 * day - 6 * hour; gone += 6 * hour) {
    hub.advance(6 * hour)
    assert.equal((await refresh()).status, 200)
  }
  assert.equal(await status(a.plain), 200)
  hub.advance(6 * hour + 1000)
  assert.equal((await refresh()).status, 401)
})

test('GET /tokens shows own ones to everybody, and those of the tenant to its administrators', async (t) => {
  const { hub, admin, a, b, ask } = await setup(t)
  const made = await ask(a.plain, { expiresIn: '1h', inquirer: 'mine', description: 'for a script' })
  const list = async (token: string, query = '') => hub.call('GET', `${tokens}?page[size]=100${query}`, { token })
  const ids = (answer: { body: { id: string }[] }) => answer.body.map(({ id }) => id)
  const own = await list(a.plain)
  assert.partialDeepStrictEqual(own.body[0], { id: made.id, inquirer: 'mine', initiator: a.plainId, values: 1 })
  assert.deepEqual(
    own.body.map(({ isCurrent }: { isCurrent: boolean }) => isCurrent),
    [false, true],
  )
  assert.doesNotMatch(JSON.stringify(own.body), /oih_/)
  assert.deepEqual(ids(await list(a.boss, `&accountId=${a.plainId}`)), ids(own))
  assert.deepEqual(ids(await list(a.plain, `&token=${made.token}`)), [made.id])
  assert.deepEqual(ids(await list(b.plain, `&token=${made.token}`)), [])
  assert.equal((await list(a.plain, `&accountId=${a.bossId}`)).status, 403)
  assert.deepEqual(ids(await list(b.boss, `&accountId=${a.plainId}`)), [])
  assert.equal((await hub.call('GET', `${tokens}/${made.id}`, { token: b.boss })).status, 404)
  const all = ids(await list(admin))
  for (const id of ids(own)) assert.ok(all.includes(id))
})

test('DELETE /tokens/:id ends a token or login at once, for those it belongs to', async (t) => {
  const { hub, admin, a, b, ask, status } = await setup(t)
  const remove = async (token: string, id: string) => (await hub.call('DELETE', `${tokens}/${id}`, { token })).status
  const made = await ask(a.plain, { expiresIn: '1h', scope: [] })
  const second = await hub.login('plain-a', 'plain-a-password')
  const { tokenId } = (await hub.call('GET', me, { token: second })).body
  for (const stranger of [b.boss, b.plain]) assert.equal(await remove(stranger, made.id), 404)
  assert.equal(await remove(made.token, tokenId), 403)
  assert.equal(await remove(a.plain, tokenId), 200)
  assert.deepEqual([await status(second), await status(a.plain), await status(made.token)], [401, 200, 200])
  assert.equal(await remove(a.boss, made.id), 200)
  assert.equal(await remove(a.boss, made.id), 404)
  assert.equal(await status(made.token), 401)
  const { tokenId: ofAdmin } = (await hub.call('GET', me, { token: admin })).body
  assert.equal(await remove(a.boss, ofAdmin), 404)
  const [, last] = (await hub.events('iam.token.deleted')).slice(-2)
  assert.deepEqual(last?.payload, {
    user: a.bossId,
    tenant: a.tenant,
    id: made.id,
    accountId: a.plainId,
    reason: 'revoked',
  })
})

test('logins beyond 200 end the oldest', async (t) => {
  const { hub, a, status } = await setup(t)
  await hub.superuser.query(
    `insert into iam.token (id, user_id, tenant_id, type, created_at, expires_at)
     select gen_random_uuid(), $1, $2, 'SELF', now() - interval '1 hour', now() + interval '1 hour' from generate_series(1, 300)`,
    [a.plainId, a.tenant],
  )
  const latest = await hub.login('plain-a', 'plain-a-password')
  const count = await hub.superuser.query<{ n: string }>(`select count(*) as n from iam.token where user_id = $1`, [
    a.plainId,
  ])
  assert.equal(Number(count[0]?.n), 200)
  assert.deepEqual([await status(latest), await status(a.plain)], [200, 200])
  assert.equal((await hub.events('iam.token.deleted')).length, 102)
})

test('the use of a token is noted without an event, and written when the service stops', async (t) => {
  const { hub, a, ask } = await setup(t)
  const made = await ask(a.plain, { expiresIn: '1h' })
  const other = await hub.fork()
  await other.iam.start()
  const before = (await hub.events()).length
  for (let n = 0; n < 5; n++) await other.call('GET', me, { token: made.token })
  await other.iam.stop()
  assert.equal((await hub.events()).length, before)
  const { body } = await hub.call('GET', `${tokens}/${made.id}`, { token: a.plain })
  assert.ok(Math.abs(Date.parse(body.lastUsedAt) - Date.now()) < 60_000)
  assert.ok(body.lastUsedAt > body.createdAt)
})
