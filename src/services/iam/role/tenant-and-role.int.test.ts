import assert from 'node:assert/strict'
import { test } from 'node:test'
import { v7 as uuidv7 } from 'uuid'
import { createTestHub, createTwoTenants } from '../../../../test/support/iam-hub.ts'

const api = '/iam/api/v1'
type Named = { name: string }

test('POST /tenants creates a tenant that can be read, and tells so (case 22)', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const me = await hub.iam.lookupToken(admin)
  const answer = await hub.call('POST', `${api}/tenants`, { token: admin, body: { name: 'Ärzte GmbH' } })
  assert.equal(answer.status, 200)
  const { id } = answer.body
  const actor = { user: me?.id, tenant: me?.tenant }
  assert.deepEqual((await hub.events('iam.tenant.created')).at(-1)?.payload, {
    ...actor,
    id,
    name: 'Ärzte GmbH',
    status: 'ACTIVE',
  })
  const read = await hub.call('GET', `${api}/tenants/${id}`, { token: admin })
  assert.partialDeepStrictEqual(read.body, { _id: id, id, name: 'Ärzte GmbH', status: 'ACTIVE', confirmed: true })
  assert.equal((await hub.call('POST', `${api}/tenants`, { token: a.boss, body: { name: 'x' } })).status, 403)
  for (const body of [{}, { name: '' }, { name: '  ' }, { name: 1 }, { name: 'x', id }, { name: 'x'.repeat(201) }]) {
    assert.equal((await hub.call('POST', `${api}/tenants`, { token: admin, body })).status, 400)
  }
})

test('GET /tenants lists all for an admin and is refused to others', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const { body } = await hub.call('GET', `${api}/tenants?meta=true`, { token: admin })
  assert.deepEqual(
    body.data.map(({ name }: Named) => name),
    ['Main', 'a', 'b'],
  )
  assert.equal(body.meta.total, 3)
  assert.equal((await hub.call('GET', `${api}/tenants`, { token: a.boss })).status, 403)
})

test('GET /tenants/:id shows the own tenant and no other', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a, b } = await createTwoTenants(hub)
  const read = async (token: string, id: string) => (await hub.call('GET', `${api}/tenants/${id}`, { token })).status
  assert.equal(await read(a.plain, a.tenant), 200)
  assert.equal(await read(a.boss, b.tenant), 404)
  assert.equal(await read(a.boss, uuidv7()), 404)
  assert.equal(await read(admin, '123'), 400)
})

test('GET /roles shows those of the hub and of the own tenant', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a, b } = await createTwoTenants(hub)
  for (const { tenant } of [a, b]) {
    await hub.superuser.query(
      `insert into iam.role (id, tenant_id, name, permissions, created_at, changed_at)
       values (gen_random_uuid(), $1, 'Clerk', '{flows.read}', now(), now())`,
      [tenant],
    )
  }
  const roles = async (token: string) => (await hub.call('GET', `${api}/roles`, { token })).body
  const ofA = await roles(a.plain)
  assert.deepEqual(
    ofA.map(({ name }: Named) => name),
    ['ADMIN', 'TENANT_ADMIN', 'USER', 'Clerk'],
  )
  assert.partialDeepStrictEqual(ofA[3], {
    tenant: a.tenant,
    isGlobal: false,
    type: 'TENANT',
    permissions: ['flows.read'],
  })
  assert.partialDeepStrictEqual(ofA[0], { isGlobal: true, type: 'SYSTEM', permissions: ['all'] })
  assert.equal((await roles(admin)).length, 5)
})

test('GET /permissions lists the names of all services, restricted ones for admins only (case 26)', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const all = await hub.call('GET', `${api}/permissions`, { token: admin })
  for (const name of ['all', 'iam.tenant.create', 'tenant.all', 'flows.read']) assert.ok(all.body.includes(name), name)
  const plain = await hub.call('GET', `${api}/permissions?meta=true`, { token: a.plain })
  assert.equal(plain.body.meta.total, plain.body.data.length)
  assert.ok(plain.body.data.includes('tenant.all') && plain.body.data.includes('flows.read'))
  assert.ok(plain.body.data.every((name: string) => name !== 'all' && !name.startsWith('iam.')))
  assert.equal((await hub.call('GET', `${api}/permissions`)).status, 401)
})
