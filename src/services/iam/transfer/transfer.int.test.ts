import assert from 'node:assert/strict'
import { argon2 } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { newId } from '#lib/id'
import { ADMIN_PASSWORD, createTestHub, createTwoTenants, type TestHub } from '../../../../test/support/iam-hub.ts'
import { createPasswords } from '../login/password.ts'

const tenants = '/iam/api/v1/tenants'
const USER_ROLE = '00000000-0000-7000-8000-000000000002'

const post = async (hub: TestHub, token: string, path: string, body: unknown) => {
  const answer = await hub.call('POST', path, { token, body })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body.id as string
}

/** A hub with a tenant that has all that a file can hold. */
async function inhabited(t: TestContext) {
  const hub = await createTestHub(t)
  const { admin, a, b } = await createTwoTenants(hub)
  const role = { name: 'Clerk', description: 'Reads', permissions: ['flows.read', 'events.read'], tenant: a.tenant }
  const roleId = await post(hub, admin, '/iam/api/v1/roles', role)
  const users = '/iam/api/v1/users'
  const mona = { username: 'mona@example.org', password: 'herring for lunch', firstname: 'Mona', lastname: 'Octocat' }
  const given = { tenant: a.tenant, roles: [roleId, USER_ROLE], permissions: ['flows.write'], status: 'DISABLED' }
  const monaId = await post(hub, admin, users, { ...mona, ...given })
  const file = async (token = admin) => (await hub.call('GET', `${tenants}/${a.tenant}/export`, { token })).body
  return { hub, admin, a, b, roleId, monaId, file }
}

/** An empty hub, and what imports there. */
async function empty(t: TestContext) {
  const hub = await createTestHub(t)
  const admin = await hub.login('admin', ADMIN_PASSWORD)
  const importFile = (body: unknown, query = '', token = admin) =>
    hub.call('POST', `${tenants}/import${query}`, { token, body })
  return { hub, admin, importFile }
}

test('a tenant goes from hub to hub with its people, who log in as before, and a second file equals the first', async (t) => {
  const { hub, a, roleId, monaId, file } = await inhabited(t)
  const first = await file()
  assert.deepEqual(Object.keys(first), ['format', 'version', 'tenant', 'roles', 'users'])
  assert.deepEqual(first.roles, [
    { id: roleId, name: 'Clerk', description: 'Reads', permissions: ['events.read', 'flows.read'] },
  ])
  assert.deepEqual(
    first.users.map(({ username }: { username: string }) => username),
    ['boss-a', 'plain-a', 'mona@example.org'],
  )
  const [exported] = await hub.events('iam.tenant.exported')
  assert.equal(exported?.payload.id, a.tenant)
  assert.doesNotMatch(JSON.stringify(exported), /argon2/)

  const target = await empty(t)
  const before = (await target.hub.events()).length
  const dry = await target.importFile(first, '?dryRun=true')
  const counts = { id: a.tenant, name: 'a', roles: 1, users: 3 }
  assert.deepEqual([dry.status, dry.body], [200, { ...counts, dryRun: true }])
  assert.equal((await target.hub.events()).length, before)
  const done = await target.importFile(first)
  assert.deepEqual([done.status, done.body], [200, { ...counts, dryRun: false }])

  const boss = await target.hub.login('boss-a', 'boss-a-password')
  const me = (await target.hub.call('GET', '/iam/api/v1/users/me', { token: boss })).body
  assert.deepEqual([me.id, me.tenant, me.permissions], [a.bossId, a.tenant, ['tenant.all']])
  await target.hub.login('plain-a', 'plain-a-password')
  const { body: mona } = await target.hub.call('GET', `/iam/api/v1/users/${monaId}`, { token: boss })
  assert.deepEqual([mona.status, mona.firstname, mona.permissions], ['DISABLED', 'Mona', ['flows.write']])
  await target.hub.call('PATCH', `/iam/api/v1/users/${monaId}`, { token: boss, body: { status: 'ACTIVE' } })
  await target.hub.login('mona@example.org', 'herring for lunch')
  await target.hub.call('PATCH', `/iam/api/v1/users/${monaId}`, { token: boss, body: { status: 'DISABLED' } })
  const second = await target.hub.call('GET', `${tenants}/${a.tenant}/export`, { token: target.admin })
  assert.deepEqual(second.body, first)
  assert.equal(second.headers.get('content-disposition'), `attachment; filename="tenant-${a.tenant}.json"`)

  const events = (await target.hub.events()).slice(before).map(({ name }) => name)
  const created = ['iam.user.created', 'iam.user.assignedToTenant']
  const expected = ['iam.tenant.created', 'iam.role.created', ...created, ...created, ...created]
  assert.deepEqual(events.slice(0, expected.length), expected)
  for (const log of [hub.logs, target.hub.logs]) assert.doesNotMatch(log.join(), /argon2/)
})

test('an import says all that is in its way at once, and then does nothing', async (t) => {
  const { hub, admin, a, roleId, file } = await inhabited(t)
  const original = await file()
  const before = (await hub.events()).length
  const importFile = (body: unknown) => hub.call('POST', `${tenants}/import`, { token: admin, body })
  const again = await importFile(original)
  assert.deepEqual([again.status, again.body.code], [409, 'conflict'])
  const fields = (answer: typeof again) => answer.body.errors.map(({ field }: { field: string }) => field)
  const users = [0, 1, 2].flatMap((n) => [`users[${n}].id`, `users[${n}].username`])
  assert.deepEqual(fields(again), ['tenant.id', 'roles[0].id', ...users])
  assert.match(JSON.stringify(again.body), /\\"boss-a\\" is taken/)

  const user = { ...original.users[0], id: newId(), username: 'new-one' }
  const hash = user.passwordHash as string
  const bad = await importFile({
    ...original,
    tenant: { ...original.tenant, id: newId(), createdAt: '0000-01-01T00:00:00Z' },
    roles: [
      { id: newId(), name: 'tenant_all', description: '', permissions: [] },
      { id: newId(), name: 'Twice', description: '', permissions: ['iam.tenant.read', 'no.such'] },
      { id: newId(), name: 'TWICE', description: '', permissions: [] },
    ],
    users: [
      {
        ...user,
        username: 'with space',
        permissions: ['all'],
        roles: [roleId, '00000000-0000-7000-8000-000000000001'],
      },
      { ...user, username: 'costly', passwordHash: hash.replace('m=19456,t=2', 'm=19456,t=99999') },
      { ...user, id: newId(), username: 'Costly', passwordHash: '$2b$10$abcdefghijklmnopqrstuv' },
      { ...user, id: newId(), username: 'cheap', passwordHash: hash.replace('m=19456', 'm=8') },
      { ...user, id: newId(), username: 'salty', passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$YQ$YQ' },
    ],
  })
  assert.deepEqual([bad.status, bad.body.code], [400, 'invalid-body'])
  assert.deepEqual(fields(bad), [
    'tenant.createdAt',
    'roles[2].name',
    'roles[0].name',
    'roles[1].permissions[0]',
    'roles[1].permissions[1]',
    'users[1].id',
    'users[2].username',
    'users[0].username',
    'users[0].roles[0]',
    'users[0].roles[1]',
    'users[0].permissions[0]',
    'users[1].passwordHash',
    'users[2].passwordHash',
    'users[3].passwordHash',
    'users[4].passwordHash',
  ])
  assert.doesNotMatch(JSON.stringify(bad.body), /argon2id\$|\$2b/)
  assert.equal((await hub.events()).length, before)
  assert.equal((await hub.call('GET', `${tenants}/${a.tenant}`, { token: admin })).status, 200)
})

test('files of another form are refused', async (t) => {
  const { file } = await inhabited(t)
  const original = await file()
  const { importFile } = await empty(t)
  const files = [
    {},
    [],
    { ...original, version: 2 },
    { ...original, format: 'other' },
    { ...original, tokens: [] },
    { ...original, users: [{ ...original.users[0], isAdmin: true }] },
    { ...original, tenant: { ...original.tenant, name: '\u0000' } },
  ]
  for (const body of files) assert.equal((await importFile(body)).status, 400)
  assert.equal((await importFile(original, '?dryRun=maybe')).status, 400)
})

test('export and import take permissions of the platform, which no tenant gives', async (t) => {
  const { hub, admin, a, b, file } = await inhabited(t)
  const original = await file()
  for (const token of [a.boss, a.plain, b.boss]) {
    assert.equal((await hub.call('GET', `${tenants}/${a.tenant}/export`, { token })).status, 403)
    assert.equal((await hub.call('POST', `${tenants}/import`, { token, body: original })).status, 403)
  }
  assert.equal((await hub.call('GET', `${tenants}/${newId()}/export`, { token: admin })).status, 404)
})

test('the hash of an administrator of the hub is only for administrators of the hub', async (t) => {
  const { hub, admin, a, file } = await inhabited(t)
  const { body: me } = await hub.call('GET', '/iam/api/v1/users/me', { token: admin })
  await hub.call('PUT', `${tenants}/${a.tenant}/users/${me.id}`, { token: admin, body: {} })
  const body = { username: 'mover', password: 'moves-things', permissions: ['iam.tenant.export', 'iam.tenant.import'] }
  await post(hub, admin, '/iam/api/v1/users', body)
  const mover = await hub.login('mover', 'moves-things')
  const hashOf = (of: { users: { username: string; passwordHash?: string }[] }, name: string) =>
    of.users.find(({ username }) => username === name)?.passwordHash
  assert.match(hashOf(await file(), 'admin') ?? '', /^\$argon2id/)
  const moved = await file(mover)
  assert.deepEqual([hashOf(moved, 'admin'), typeof hashOf(moved, 'boss-a')], [undefined, 'string'])
  // Nor does anybody become one by an import.
  const { hub: other, importFile } = await empty(t)
  assert.equal(
    (
      await importFile({
        ...moved,
        users: moved.users.filter(({ username }: { username: string }) => username !== 'admin'),
      })
    ).status,
    200,
  )
  const boss = await other.login('boss-a', 'boss-a-password')
  assert.equal((await other.call('GET', tenants, { token: boss })).status, 403)
})

test('of two imports of a file at once one is done', async (t) => {
  const { file } = await inhabited(t)
  const original = await file()
  const { hub, importFile } = await empty(t)
  const statuses = (await Promise.all(Array.from({ length: 4 }, () => importFile(original)))).map(
    ({ status }) => status,
  )
  assert.deepEqual(statuses.toSorted(), [200, 409, 409, 409])
  assert.equal((await hub.events('iam.tenant.created')).length, 2)
})

test('a tenant of thousands is moved in one go', async (t) => {
  const { file } = await inhabited(t)
  const original = await file()
  const { hub, importFile } = await empty(t)
  const passwordHash = await createPasswords().hash('the same for all')
  const many = Array.from({ length: 5_000 }, (_, n) => {
    return { ...original.users[1], id: newId(), username: `user-${n}`, passwordHash }
  })
  const answer = await importFile({ ...original, users: many })
  assert.deepEqual([answer.status, answer.body.users], [200, 5_000])
  await hub.login('user-4999', 'the same for all')
  assert.equal((await hub.events('iam.user.created')).length, 5_001)
})

test('nobody comes back under the id of who was deleted, but by administrators of the hub', async (t) => {
  const { hub, admin, a, file } = await inhabited(t)
  const taken = await file()
  const permissions = ['iam.tenant.import']
  await post(hub, admin, '/iam/api/v1/users', { username: 'mover', password: 'mover-password', permissions })
  const mover = await hub.login('mover', 'mover-password')
  assert.equal((await hub.call('DELETE', `${tenants}/${a.tenant}`, { token: admin })).status, 200)
  const bring = (token: string, body: unknown) => hub.call('POST', `${tenants}/import`, { token, body })
  const refused = await bring(mover, taken)
  assert.equal(refused.status, 409)
  const fields = refused.body.errors.map(({ field }: { field: string }) => field)
  assert.deepEqual(fields, ['tenant.id', 'users[0].id', 'users[1].id', 'users[2].id'])
  const users = taken.users.map((user: object) => ({ ...user, id: newId() }))
  const roles = taken.roles.map((role: object) => ({ ...role, id: newId() }))
  const alike = { ...taken, tenant: { ...taken.tenant, id: newId() }, roles, users: users.map(withoutRoles) }
  assert.equal((await bring(mover, alike)).status, 200)
  const again = { ...taken, users: [] }
  assert.equal((await bring(admin, again)).status, 200)
  assert.equal((await hub.call('DELETE', `${tenants}/${a.tenant}`, { token: admin })).status, 200)
})

const withoutRoles = (user: object) => ({ ...user, roles: [] })

test('a file of a million faults is refused with a thousand of them, and soon', async (t) => {
  const { hub, file } = await inhabited(t)
  const { importFile } = await empty(t)
  const taken = await file()
  const permissions = Array.from({ length: 200 }, (_, n) => `no.such.permission${n}`)
  const users = Array.from({ length: 5_000 }, (_, n) => ({
    ...taken.users[0],
    id: newId(),
    username: `x${n}`,
    permissions,
  }))
  const { status, body } = await importFile({ ...taken, users }, '?dryRun=true')
  assert.deepEqual([status, body.errors.length], [400, 1_000])
  assert.match(body.detail, /, and more than 999 more$/)
  assert.equal((await hub.call('GET', '/iam/healthcheck')).status, 200)
})

test('moments that only some calendars know are written in one way, or refused', async (t) => {
  const { file } = await inhabited(t)
  const { importFile } = await empty(t)
  const taken = await file()
  const at = (createdAt: string) => ({
    ...taken,
    tenant: { ...taken.tenant, id: newId(), createdAt },
    roles: [],
    users: [],
  })
  const odd = ['2020-01-01T00:00:00+23:59', `2020-01-01T00:00:00.${'1'.repeat(200)}Z`, '2020-13-01T00:00:00Z']
  for (const [index, moment] of odd.entries()) {
    const [looked, done] = [await importFile(at(moment), '?dryRun=true'), await importFile(at(moment))]
    assert.ok(looked.status === 200 || looked.status === 400, `${index}: ${looked.status}`)
    assert.equal(done.status, looked.status)
  }
})

test('a hash that costs more than ours is written anew at the first login', async (t) => {
  const { file } = await inhabited(t)
  const { hub, importFile } = await empty(t)
  const taken = await file()
  const [mona] = taken.users.slice(-1)
  const salt = Buffer.alloc(16, 7)
  const parameters = {
    message: Buffer.from('herring for lunch'),
    nonce: salt,
    memory: 32_768,
    passes: 3,
    parallelism: 1,
  }
  const tag = await promisify(argon2)('argon2id', { ...parameters, tagLength: 32 })
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
  const passwordHash = `$argon2id$v=19$m=32768,t=3,p=1$${text(salt)}$${text(tag)}`
  const users = [{ ...mona, status: 'ACTIVE', passwordHash }]
  assert.equal((await importFile({ ...taken, users })).status, 200)
  const stored = async () =>
    (
      await hub.superuser.query<{ password_hash: string }>(`select password_hash from iam.user where id = '${mona.id}'`)
    )[0]
  assert.equal((await stored())?.password_hash, passwordHash)
  await hub.login(mona.username, 'herring for lunch')
  assert.match((await stored())?.password_hash ?? '', /m=19456,t=2,p=1/)
  await hub.login(mona.username, 'herring for lunch')
})
