import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { v7 as uuidv7 } from 'uuid'
import { createTestHub, createTwoTenants } from '../../../../test/support/iam-hub.ts'
import { ADMIN_ROLE, TENANT_ADMIN_ROLE, USER_ROLE } from './role.ts'

const roles = '/iam/api/v1/roles'
const users = '/iam/api/v1/users'
const names = ({ name }: { name: string }) => name

async function setup(t: Parameters<typeof createTestHub>[0]) {
  const hub = await createTestHub(t)
  const two = await createTwoTenants(hub)
  const post = (token: string, body: object) => hub.call('POST', roles, { token, body })
  return { hub, ...two, post }
}

describe('POST /roles', () => {
  test('makes a role of the own tenant, which its users can have (case 29)', async (t) => {
    const { hub, a, b, post } = await setup(t)
    const made = await post(a.boss, { name: 'Builder', permissions: ['tenant.profile.read'] })
    const { id } = made.body
    assert.partialDeepStrictEqual(made, {
      status: 200,
      body: {
        name: 'Builder',
        type: 'TENANT',
        isGlobal: false,
        tenant: a.tenant,
        permissions: ['tenant.profile.read'],
      },
    })
    const [event] = await hub.events('iam.role.created')
    assert.deepEqual(event?.payload, {
      ...{
        user: a.bossId,
        tenant: a.tenant,
        id,
        name: 'Builder',
        tenantId: a.tenant,
        permissions: ['tenant.profile.read'],
      },
    })
    const body = { username: 'builder', password: 'builder-password', roles: [id], permissions: ['tenant.roles.read'] }
    assert.equal((await hub.call('POST', users, { token: a.boss, body })).status, 200)
    const token = await hub.login('builder', 'builder-password')
    const statuses = async () => [
      (await hub.call('GET', `/iam/api/v1/tenants/${a.tenant}/profile`, { token })).status,
      (await hub.call('GET', `${roles}/${id}`, { token })).status,
    ]
    assert.deepEqual(await statuses(), [200, 200])
    assert.equal((await hub.call('GET', `${roles}/${id}`, { token: b.boss })).status, 404)
    assert.equal((await hub.call('DELETE', `${roles}/${id}`, { token: b.boss })).status, 404)
    assert.equal((await hub.call('DELETE', `${roles}/${id}`, { token: a.boss })).status, 200)
    assert.deepEqual(await statuses(), [403, 404])
    assert.deepEqual((await hub.call('GET', `${users}/me`, { token })).body.roles, [])
  })

  test('refuses reserved names, unknown and restricted permissions (case 28)', async (t) => {
    const { admin, a, post } = await setup(t)
    for (const name of ['ADMIN', 'user', 'Service_Account', 'TENANT_ADMIN', 'tenant_x']) {
      assert.equal((await post(a.boss, { name })).status, 403, name)
    }
    for (const permission of ['unknown', 'all', 'iam.tenant.create']) {
      for (const token of [a.boss, admin]) {
        const answer = await post(token, {
          name: 'x',
          tenant: a.tenant,
          permissions: ['tenant.roles.read', permission],
        })
        assert.partialDeepStrictEqual(answer, { status: 403, body: { errors: [{ field: 'permissions[1]' }] } })
      }
    }
    for (const body of [{}, { name: '' }, { name: ' ' }, { name: 'x', more: 1 }, { name: 'x', permissions: 'all' }]) {
      assert.equal((await post(a.boss, body)).status, 400, JSON.stringify(body))
    }
    assert.equal((await post(a.plain, { name: 'x' })).status, 403)
  })

  test('gives nothing that its maker has not', async (t) => {
    const { hub, a, b, post } = await setup(t)
    const body = {
      username: 'maker',
      password: 'maker-password',
      roles: [],
      permissions: ['tenant.roles.create', 'tenant.roles.update'],
    }
    await hub.call('POST', users, { token: a.boss, body })
    const maker = await hub.login('maker', 'maker-password')
    assert.equal((await post(maker, { name: 'x', permissions: ['tenant.all'] })).status, 403)
    const made = await post(maker, { name: 'x', permissions: ['tenant.roles.create'] })
    assert.equal(made.status, 200)
    const widen = { permissions: ['tenant.roles.create', 'flows.write'] }
    assert.equal((await hub.call('PATCH', `${roles}/${made.body.id}`, { token: maker, body: widen })).status, 403)
    assert.equal((await post(a.boss, { name: 'y', tenant: b.tenant })).status, 403)
  })

  test('refuses a name twice in a tenant, in whichever case, and lets each tenant have it', async (t) => {
    const { hub, a, b, post } = await setup(t)
    assert.equal((await post(a.boss, { name: 'Builder' })).status, 200)
    assert.equal((await post(a.boss, { name: 'BUILDER' })).status, 409)
    const other = await post(b.boss, { name: 'builder' })
    assert.equal(other.status, 200)
    const second = await post(a.boss, { name: 'Second' })
    assert.equal(
      (await hub.call('PATCH', `${roles}/${second.body.id}`, { token: a.boss, body: { name: 'builder' } })).status,
      409,
    )
    const race = await Promise.all(Array.from({ length: 6 }, () => post(b.boss, { name: 'Race' })))
    assert.deepEqual(race.map(({ status }) => status).toSorted(), [200, 409, 409, 409, 409, 409])
  })
})

describe('PATCH and DELETE /roles/:id', () => {
  test('change the role of the tenant for all who have it, and tell of it (case 28)', async (t) => {
    const { hub, a, post } = await setup(t)
    const { body: role } = await post(a.boss, { name: 'Reader', permissions: ['flows.read'] })
    await hub.call('PATCH', `${users}/${a.plainId}`, { token: a.boss, body: { roles: [role.id] } })
    const may = async () => [...((await hub.iam.lookupToken(a.plain))?.permissions ?? [])]
    assert.deepEqual(await may(), ['flows.read'])
    const patch = (body: object) => hub.call('PATCH', `${roles}/${role.id}`, { token: a.boss, body })
    const answer = await patch({ description: 'Reads', permissions: ['flows.read', 'flows.write'] })
    assert.partialDeepStrictEqual(answer, { status: 200, body: { description: 'Reads', name: 'Reader' } })
    assert.deepEqual((await may()).toSorted(), ['flows.read', 'flows.write'])
    const [event] = await hub.events('iam.role.modified')
    assert.deepEqual(event?.payload, {
      ...{ user: a.bossId, tenant: a.tenant, id: role.id, tenantId: a.tenant, changed: ['description', 'permissions'] },
      before: { permissions: ['flows.read'] },
      after: { description: 'Reads', permissions: ['flows.read', 'flows.write'] },
    })
    assert.equal((await patch({ name: 'TENANT_ADMIN' })).status, 403)
    assert.equal((await patch({ permissions: ['all'] })).status, 403)
    assert.equal((await patch({})).status, 200)
    assert.equal((await hub.events('iam.role.modified')).length, 1)
  })

  test('leave the roles of the hub and of other tenants alone', async (t) => {
    const { hub, admin, a, b, post } = await setup(t)
    const { body: foreign } = await post(b.boss, { name: 'Foreign' })
    const seen = (await hub.events()).length
    for (const [token, id, status] of [
      [a.boss, foreign.id, 404],
      [a.boss, uuidv7(), 404],
      [a.boss, USER_ROLE, 403],
      [a.boss, TENANT_ADMIN_ROLE, 403],
      [admin, ADMIN_ROLE, 403],
    ] as const) {
      for (const method of ['PATCH', 'DELETE']) {
        const body = method === 'PATCH' ? { body: { description: 'mine' } } : {}
        assert.equal((await hub.call(method, `${roles}/${id}`, { token, ...body })).status, status, `${method} ${id}`)
      }
    }
    assert.equal((await hub.events()).length, seen)
    // The administrator of the hub works in every tenant (weakness 26).
    assert.equal((await hub.call('GET', `${roles}/${foreign.id}`, { token: admin })).status, 200)
    assert.equal((await hub.call('DELETE', `${roles}/${foreign.id}`, { token: admin })).status, 200)
    assert.equal((await hub.call('GET', `${roles}/${foreign.id}`, { token: b.boss })).status, 404)
    assert.ok(!(await hub.call('GET', roles, { token: b.boss })).body.map(names).includes('Foreign'))
  })
})
