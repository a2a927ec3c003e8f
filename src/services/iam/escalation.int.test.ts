import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { v7 as uuidv7 } from 'uuid'
import { ADMIN_PASSWORD, createTestHub, createTwoTenants, type TestHub } from '../../../test/support/iam-hub.ts'
import { ADMIN_ROLE } from './role/role.ts'

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
  for (const body of [
    { roles: [uuidv7()] },
    { roles: [ADMIN_ROLE] },
    { permissions: ['unknown'] },
    { permissions: ['all'] },
  ]) {
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

/** Sends all of a request but the end of its body, and the rest when told to. */
function held(hub: TestHub, method: string, path: string, { token, body }: { token: string; body: object }) {
  const text = JSON.stringify(body)
  const { port } = new URL(hub.url)
  const socket = connect(Number(port), '127.0.0.1')
  const answer = Promise.withResolvers<number>()
  socket.on('data', (chunk) => answer.resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(String(chunk))?.[1])))
  socket.write(
    `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text.slice(0, 5)}`,
  )
  return {
    async finish() {
      socket.write(text.slice(5))
      const status = await answer.promise
      socket.destroy()
      return status
    },
  }
}

test('rights that are gone by the end of a request are not used by it', async (t) => {
  let looks = 0
  const hub = await createTestHub(t, {
    principals: (iam) => async (token) => {
      const principal = await iam.lookupToken(token)
      looks++
      return principal
    },
  })
  const { admin, a } = await createTwoTenants(hub)
  const id = await post(hub, admin, users, {
    username: 'root',
    password: 'root-password',
    tenant: a.tenant,
    roles: [ADMIN_ROLE],
  })
  const root = await hub.login('root', 'root-password')
  const body = { username: 'heir', password: 'heir-password', roles: [ADMIN_ROLE] }
  const seen = looks
  const slow = held(hub, 'POST', users ?? '', { token: root, body })
  while (looks === seen) await new Promise((resolve) => setImmediate(resolve))
  assert.equal((await hub.call('DELETE', `${users}/${id}`, { token: admin })).status, 200)
  assert.equal(await slow.finish(), 401)
  const list = await hub.call('GET', `${users}?username=heir`, { token: admin })
  assert.deepEqual(list.body, [])
})

test('rights that are gone once the hash is done are not used', async (t) => {
  const reached = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  let isHeld = false
  const hub = await createTestHub(t, {
    passwords: {
      async derive(...args) {
        if (isHeld) {
          reached.resolve()
          await release.promise
        }
        return Buffer.alloc(args[1].tagLength)
      },
    },
  })
  const { admin, a } = await createTwoTenants(hub)
  isHeld = true
  const body = { username: 'heir', password: 'heir-password', permissions: ['tenant.all'] }
  const creation = hub.call('POST', users ?? '', { token: a.boss, body })
  const password = { password: 'taken-over-1', permissions: ['tenant.all'] }
  const change = hub.call('PATCH', `${users}/${a.plainId}`, { token: a.boss, body: password })
  await reached.promise
  assert.equal((await hub.call('PATCH', `${users}/${a.bossId}`, { token: admin, body: { roles: [] } })).status, 200)
  release.resolve()
  assert.deepEqual([(await creation).status, (await change).status], [403, 403])
})

test("a permission that is deleted while it is given is nobody's", async (t) => {
  const hub = await createTestHub(t)
  const { admin, a, b } = await createTwoTenants(hub)
  for (let round = 0; round < 5; round++) {
    const name = `crm.x${round}`
    const id = await post(hub, admin, '/iam/api/v1/permissions', { name })
    const given = { token: admin, body: { permissions: [name] } }
    await Promise.all([
      hub.call('PATCH', `${users}/${a.plainId}`, given),
      hub.call('POST', roles ?? '', { token: a.boss, body: { name: `R${round}`, permissions: [name] } }),
      hub.call('PUT', `${tenants}/${b.tenant}/users/${b.plainId}`, given),
      hub.call('DELETE', `/iam/api/v1/permissions/${id}`, { token: admin }),
    ])
  }
  const ghosts = await hub.superuser.query(`
    select permissions from iam.membership where permissions::text like '%crm%'
    union all select permissions from iam.role where permissions::text like '%crm%'`)
  assert.deepEqual(ghosts, [])
})

test('a permission that becomes restricted is taken from tenants, which go on as before', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const id = await post(hub, admin, '/iam/api/v1/permissions', { name: 'crm.p' })
  const role = await post(hub, a.boss, roles, { name: 'R', permissions: ['crm.p', 'flows.read'] })
  await hub.call('PATCH', `${users}/${a.plainId}`, { token: a.boss, body: { roles: [role], permissions: ['crm.p'] } })
  const restrict = { token: admin, body: { restricted: true } }
  assert.equal((await hub.call('PATCH', `/iam/api/v1/permissions/${id}`, restrict)).status, 200)
  assert.deepEqual(await may(hub, a.plain), ['flows.read'])
  const disable = { token: a.boss, body: { status: 'DISABLED' } }
  assert.equal((await hub.call('PATCH', `${users}/${a.plainId}`, disable)).status, 200)
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
