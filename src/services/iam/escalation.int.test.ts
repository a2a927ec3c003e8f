import assert from 'node:assert/strict'
import { test } from 'node:test'
import { v7 as uuidv7 } from 'uuid'
import { ADMIN_PASSWORD, createTestHub, createTwoTenants, type TestHub } from '../../../test/support/iam-hub.ts'
import { ADMIN_ROLE } from './role.ts'

// Ways by which somebody could come to more than was given, each of which was open once.

const [users, tenants, roles] = ['users', 'tenants', 'roles'].map((what) => `/iam/api/v1/${what}`)

async function post(hub: TestHub, token: string, path: string | undefined, body: object): Promise<string> {
  const answer = await hub.call('POST', path ?? '', { token, body })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body.id
}

const may = async (hub: TestHub, token: string) =>
  [...((await hub.iam.lookupToken(token))?.permissions ?? [])].toSorted()

test('no tenant shuts out the administrators of the hub who belong to it', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const patch = (token: string, id: string, body: object) => hub.call('PATCH', `${tenants}/${id}`, { token, body })
  for (const body of [{ status: 'DISABLED' }, { confirmed: false }]) {
    assert.equal((await patch(a.boss, a.tenant, body)).status, 403)
  }
  const { body: me } = await hub.call('GET', `${users}/me`, { token: admin })
  assert.equal((await patch(admin, me.tenant, { status: 'DISABLED' })).status, 200)
  const again = await hub.login('admin', ADMIN_PASSWORD)
  assert.equal((await patch(again, me.tenant, { status: 'ACTIVE' })).status, 200)
})

test('a user of a disabled tenant logs in to the next one, and to none where there is no other', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a, b } = await createTwoTenants(hub)
  await hub.call('PUT', `${tenants}/${b.tenant}/users/${a.plainId}`, { token: admin, body: {} })
  await hub.call('PATCH', `${tenants}/${a.tenant}`, { token: admin, body: { status: 'DISABLED' } })
  const moved = await hub.iam.lookupToken(await hub.login('plain-a', 'plain-a-password'))
  assert.equal(moved?.tenant, b.tenant)
  const answer = await hub.call('POST', '/iam/login', { body: { username: 'boss-a', password: 'boss-a-password' } })
  assert.equal(answer.status, 401)
})

test('what is taken from a user is gone, also what was in force everywhere', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const given = ['all', 'flows.read']
  const id = await post(hub, admin, users, { username: 'root', password: 'root-password', permissions: given })
  assert.equal((await hub.call('PUT', `${tenants}/${a.tenant}/users/${id}`, { token: admin, body: {} })).status, 200)
  const token = await hub.login('root', 'root-password')
  assert.deepEqual(await may(hub, token), given)
  const fewer = await hub.call('PATCH', `${users}/${id}`, { token: admin, body: { permissions: ['flows.read'] } })
  assert.deepEqual(fewer.body.permissions, ['flows.read'])
  assert.deepEqual(await may(hub, token), ['flows.read'])
  await hub.call('PATCH', `${users}/${id}`, { token: admin, body: { permissions: [] } })
  assert.deepEqual(await may(hub, token), [])
  const within = { permissions: ['all'] }
  const refused = await hub.call('PUT', `${tenants}/${a.tenant}/users/${id}`, { token: admin, body: within })
  assert.partialDeepStrictEqual(refused, { status: 400, body: { errors: [{ field: 'permissions[0]' }] } })
})

test('nobody narrows a role to come to stand above those who have it', async (t) => {
  const hub = await createTestHub(t)
  const { a } = await createTwoTenants(hub)
  const role = await post(hub, a.boss, roles, { name: 'Writer', permissions: ['flows.write'] })
  await hub.call('PATCH', `${users}/${a.plainId}`, { token: a.boss, body: { roles: [role] } })
  const permissions = ['tenant.roles.update', 'tenant.roles.delete', 'tenant.account.update']
  await post(hub, a.boss, users, { username: 'x', password: 'x-password-x', roles: [], permissions })
  const x = await hub.login('x', 'x-password-x')
  const patch = { token: x, body: { permissions: [] } }
  assert.equal((await hub.call('PATCH', `${roles}/${role}`, patch)).status, 403)
  assert.equal((await hub.call('DELETE', `${roles}/${role}`, { token: x })).status, 403)
  const takeOver = { token: x, body: { password: 'taken-over-1' } }
  assert.equal((await hub.call('PATCH', `${users}/${a.plainId}`, takeOver)).status, 403)
})

test('an administrator of the hub becomes a member of a tenant, and stays beyond it', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const { body: me } = await hub.call('GET', `${users}/me`, { token: admin })
  const path = `${tenants}/${a.tenant}/users/${me.id}`
  const joined = await hub.call('PUT', path, { token: admin, body: { permissions: ['tenant.all'] } })
  assert.equal(joined.status, 200, JSON.stringify(joined.body))
  assert.equal((await hub.call('PUT', path, { token: a.boss, body: { roles: [] } })).status, 403)
  assert.equal((await hub.call('PUT', path, { token: admin, body: { roles: [] } })).status, 200)
  assert.ok((await may(hub, admin)).includes('all'))
  const platform = { token: admin, body: { roles: [ADMIN_ROLE] } }
  assert.equal((await hub.call('PUT', `${tenants}/${a.tenant}/users/${a.plainId}`, platform)).status, 400)
})

test('who cannot be given the rights asked for does not become a member', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a, b } = await createTwoTenants(hub)
  const seen = (await hub.events()).length
  for (const body of [{ roles: [uuidv7()] }, { permissions: ['unknown'] }]) {
    const answer = await hub.call('PUT', `${tenants}/${b.tenant}/users/${a.plainId}`, { token: admin, body })
    assert.ok([400, 404].includes(answer.status), JSON.stringify(answer.body))
  }
  assert.equal((await hub.events()).length, seen)
  assert.equal((await hub.call('GET', `${tenants}/${b.tenant}/users`, { token: b.boss })).body.length, 2)
})

test('a login of before the user came to the tenant ends with the new password', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const id = await post(hub, admin, users, { username: 'late', password: 'late-password' })
  const early = await hub.login('late', 'late-password')
  await hub.call('PUT', `${tenants}/${a.tenant}/users/${id}`, { token: admin, body: {} })
  const body = { password: 'another-password' }
  assert.equal((await hub.call('PATCH', `${users}/${id}`, { token: a.boss, body })).status, 200)
  assert.equal(await hub.iam.lookupToken(early), undefined)
})

test('a tenant goes while its members log in, change and are changed, and nothing is left half done', async (t) => {
  const hub = await createTestHub(t, { unthrottled: true })
  const { admin, a, b } = await createTwoTenants(hub)
  const work = [
    ...Array.from(
      { length: 6 },
      () => () => hub.call('POST', '/iam/login', { body: { username: 'plain-a', password: 'plain-a-password' } }),
    ),
    ...Array.from(
      { length: 4 },
      (_, n) => () => hub.call('PATCH', `${users}/${a.plainId}`, { token: a.boss, body: { firstname: `n${n}` } }),
    ),
    () => hub.call('POST', roles ?? '', { token: a.boss, body: { name: 'Late' } }),
    () => hub.call('POST', users ?? '', { token: a.boss, body: { username: 'late', password: 'late-password' } }),
    () => hub.call('PUT', `${tenants}/${b.tenant}/users/${a.plainId}`, { token: admin, body: {} }),
    () => hub.call('DELETE', `${tenants}/${a.tenant}`, { token: admin }),
  ]
  const answers = await Promise.all(work.map((one) => one()))
  const unexpected = answers.filter(({ status }) => status === 500)
  assert.deepEqual(
    unexpected.map(({ body }) => body),
    [],
  )
  const gone = answers.at(-1)?.status === 200 ? 404 : 200
  assert.equal((await hub.call('GET', `${tenants}/${a.tenant}`, { token: admin })).status, gone)
  const orphans = await hub.superuser.query(`select from iam.user u where kind = 'user' and username = 'late'
    and not exists (select from iam.membership m where m.user_id = u.id)`)
  assert.deepEqual(orphans, [])
})
