import assert from 'node:assert/strict'
import { test } from 'node:test'
import { v7 as uuidv7 } from 'uuid'
import { createTestHub, createTwoTenants } from '../../../../test/support/iam-hub.ts'
import { ADMIN_ROLE, TENANT_ADMIN_ROLE, USER_ROLE } from '../role/role.ts'

const users = '/iam/api/v1/users'
const password = 'some-password'
type Named = { username: string }

test('POST /users creates a user and tells who did it where (case 11)', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const { body: me } = await hub.call('GET', `${users}/me`, { token: admin })
  const seen = (await hub.events()).length
  const body = { username: 'Jane@Example.org', firstname: 'Jane', lastname: 'Doe', status: 'ACTIVE', password }
  const answer = await hub.call('POST', users, { token: admin, body: { ...body, tenant: a.tenant } })
  assert.equal(answer.status, 200)
  assert.deepEqual(Object.keys(answer.body), ['id'])
  const { id } = answer.body
  const actor = { user: me.id, tenant: me.tenant }
  const names = { username: 'jane@example.org', firstname: 'Jane', lastname: 'Doe', status: 'ACTIVE' }
  assert.deepEqual((await hub.events()).slice(seen), [
    {
      name: 'iam.user.created',
      payload: { ...actor, id, ...names, tenantId: a.tenant, roles: [USER_ROLE], permissions: [] },
    },
    { name: 'iam.user.assignedToTenant', payload: { ...actor, id, tenantId: a.tenant, roles: [USER_ROLE] } },
  ])
  const read = await hub.call('GET', `${users}/${id}`, { token: admin })
  const { createdAt, updatedAt, roles, ...document } = read.body
  assert.deepEqual(document, {
    _id: id,
    id,
    kind: 'user',
    ...names,
    confirmed: false,
    tenant: a.tenant,
    permissions: [],
  })
  assert.equal(createdAt, updatedAt)
  assert.deepEqual(
    roles.map(({ name }: { name: string }) => name),
    ['USER'],
  )
  await hub.login('JANE@example.org', password)
})

test('POST /users refuses a name that is taken, in whichever tenant and spelling', async (t) => {
  const hub = await createTestHub(t)
  const { a } = await createTwoTenants(hub)
  const before = (await hub.events()).length
  for (const username of ['plain-a', 'PLAIN-B', 'ｐｌａｉｎ-b', 'admin']) {
    const answer = await hub.call('POST', users, { token: a.boss, body: { username, password } })
    assert.partialDeepStrictEqual(answer, { status: 409, body: { code: 'conflict' } })
  }
  assert.equal((await hub.events()).length, before)
  const race = Array.from({ length: 8 }, () =>
    hub.call('POST', users, { token: a.boss, body: { username: 'new', password } }),
  )
  const statuses = (await Promise.all(race)).map(({ status }) => status).toSorted()
  assert.deepEqual(statuses, [200, 409, 409, 409, 409, 409, 409, 409])
})

test('POST /users of a tenant admin gives nothing beyond the tenant (case 31)', async (t) => {
  const hub = await createTestHub(t)
  const { a, b } = await createTwoTenants(hub)
  const seen = (await hub.events()).length
  const refused: object[] = [
    { tenant: b.tenant },
    { tenant: uuidv7() },
    { roles: [ADMIN_ROLE] },
    { roles: [TENANT_ADMIN_ROLE] },
    { roles: [uuidv7()] },
    { permissions: ['all'] },
    { permissions: ['iam.tenant.create'] },
    { permissions: ['unknown'] },
  ]
  for (const more of refused) {
    const answer = await hub.call('POST', users, { token: a.boss, body: { username: 'x', password, ...more } })
    assert.equal(answer.status, 403, JSON.stringify(more))
  }
  assert.equal((await hub.call('POST', users, { token: a.plain, body: { username: 'x', password } })).status, 403)
  assert.equal((await hub.events()).length, seen)
  const body = { username: 'second-boss', password, permissions: ['tenant.all'] }
  const made = await hub.call('POST', users, { token: a.boss, body })
  assert.equal(made.status, 200)
  const { body: read } = await hub.call('GET', `${users}/${made.body.id}`, { token: a.boss })
  assert.equal(read.tenant, a.tenant)
  assert.deepEqual(read.permissions, ['tenant.all'])
  const second = await hub.login('second-boss', password)
  assert.equal((await hub.call('GET', users, { token: second })).status, 200)
})

test('POST /users lets an admin make further admins and users without tenant', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const post = (body: object) => hub.call('POST', users, { token: admin, body: { password, ...body } })
  assert.equal((await post({ username: 'root', tenant: a.tenant, roles: [ADMIN_ROLE, TENANT_ADMIN_ROLE] })).status, 200)
  const root = await hub.iam.lookupToken(await hub.login('root', password))
  assert.deepEqual([...(root?.permissions ?? [])].toSorted(), ['all', 'tenant.all'])
  assert.equal((await post({ username: 'robot', permissions: ['iam.token.introspect'] })).status, 200)
  const robot = await hub.iam.lookupToken(await hub.login('robot', password))
  assert.equal(robot?.tenant, undefined)
  assert.deepEqual([...(robot?.permissions ?? [])], ['iam.token.introspect'])
  assert.equal((await post({ username: 'y', tenant: uuidv7() })).status, 404)
  assert.equal((await post({ username: 'y', roles: [uuidv7()] })).status, 404)
  assert.equal((await post({ username: 'y', roles: [USER_ROLE] })).status, 400)
  assert.equal((await post({ username: 'y', permissions: ['unknown'] })).status, 400)
})

test('GET /users lists all for an admin, with ?meta=true as a page (case 13)', async (t) => {
  const hub = await createTestHub(t)
  const { admin } = await createTwoTenants(hub)
  await hub.iam.issueServiceToken('audit-log', [])
  const bare = await hub.call('GET', users, { token: admin })
  assert.deepEqual(
    bare.body.map(({ username }: Named) => username),
    ['admin', 'boss-a', 'plain-a', 'boss-b', 'plain-b'],
  )
  assert.doesNotMatch(JSON.stringify(bare.body), /hash|argon2/)
  const page = await hub.call('GET', `${users}?meta=true&page[size]=2&page[number]=2`, { token: admin })
  const { next, ...meta } = page.body.meta
  assert.deepEqual(meta, { page: 2, perPage: 2, total: 5, totalPages: 3 })
  assert.match(next, /^[\w-]+$/)
  assert.deepEqual(
    page.body.data.map(({ username }: Named) => username),
    ['plain-a', 'boss-b'],
  )
  assert.equal((await hub.call('GET', users)).status, 401)
  assert.equal((await hub.call('GET', `${users}?page[size]=101`, { token: admin })).status, 400)
})

test('GET /users filters by names and ids (case 14)', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a, b } = await createTwoTenants(hub)
  const list = async (query: string) => {
    const { status, body } = await hub.call('GET', `${users}?${query}`, { token: admin })
    return status === 200 ? body.map(({ username }: Named) => username) : status
  }
  assert.deepEqual(await list('username=plain-a&username=PLAIN-B'), ['plain-a', 'plain-b'])
  assert.deepEqual(await list('username=unknown'), [])
  assert.deepEqual(await list(`userId=${a.bossId}&userId=${b.bossId.toUpperCase()}`), ['boss-a', 'boss-b'])
  assert.deepEqual(await list(`userId=${uuidv7()}`), [])
  assert.deepEqual(await list(`userId=${a.bossId}&username=plain-a`), [])
  assert.equal(await list('userId=111'), 400)
  assert.equal(await list(`userId=urn:uuid:${a.bossId}`), 400)
})

test('GET /users and /users/:id of a tenant admin end at the tenant', async (t) => {
  const hub = await createTestHub(t)
  const { a, b } = await createTwoTenants(hub)
  const list = await hub.call('GET', `${users}?meta=true`, { token: a.boss })
  assert.equal(list.body.meta.total, 2)
  assert.deepEqual((await hub.call('GET', `${users}?userId=${b.plainId}`, { token: a.boss })).body, [])
  assert.equal((await hub.call('GET', `${users}/${a.plainId}`, { token: a.boss })).status, 200)
  const foreign = await hub.call('GET', `${users}/${b.plainId}`, { token: a.boss })
  const unknown = await hub.call('GET', `${users}/${uuidv7()}`, { token: a.boss })
  assert.equal(foreign.status, 404)
  assert.deepEqual({ ...foreign.body, instance: '' }, { ...unknown.body, instance: '' })
  assert.equal((await hub.call('GET', users, { token: a.plain })).status, 403)
  assert.equal((await hub.call('GET', `${users}/${a.plainId}`, { token: a.plain })).status, 403)
})

test('GET /users/:id shows a member of several tenants as each of them may see it', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a, b } = await createTwoTenants(hub)
  await hub.superuser.query(
    `insert into iam.membership (user_id, tenant_id, is_default, permissions, created_at) values ($1, $2, false, '{of.b}', now())`,
    [a.plainId, b.tenant],
  )
  const read = async (token: string) => {
    const { body } = await hub.call('GET', `${users}/${a.plainId}`, { token })
    return [body.tenant, body.permissions, body.roles.map(({ name }: { name: string }) => name)]
  }
  assert.deepEqual(await read(a.boss), [a.tenant, [], ['USER']])
  assert.deepEqual(await read(b.boss), [b.tenant, ['of.b'], []])
  assert.deepEqual(await read(admin), [a.tenant, [], ['USER']])
})
