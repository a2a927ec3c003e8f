import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADMIN_PASSWORD, createTestHub } from '../../../../test/support/iam-hub.ts'

const [main, admin] = ['00000000-0000-7000-8000-000000000001', 'admin']

/** A hub without users: the one that the harness makes is taken away. */
async function setup(t: Parameters<typeof createTestHub>[0]) {
  const hub = await createTestHub(t)
  await hub.superuser.query('delete from iam.user')
  await hub.superuser.query('delete from iam.tenant')
  return { hub, seen: (await hub.events()).length }
}

test('ensureFirstAdmin() creates tenant and administrator, and tells so in the name of the hub', async (t) => {
  const { hub, seen } = await setup(t)
  const made = await hub.iam.ensureFirstAdmin()
  assert.equal(made?.username, admin)
  assert.match(made?.password ?? '', /^[A-HJ-NP-Za-hjkmnp-z2-9]{24}$/)
  const token = await hub.login(admin, made?.password ?? '')
  const { body: me } = await hub.call('GET', '/iam/api/v1/users/me', { token })
  assert.equal(me.isAdmin, true)
  const tenant = await hub.call('GET', `/iam/api/v1/tenants/${me.tenant}`, { token })
  assert.equal(tenant.body.name, 'Main')
  const events = (await hub.events()).slice(seen, seen + 3)
  assert.deepEqual(events, [
    { name: 'iam.tenant.created', payload: { tenant: me.tenant, id: me.tenant, name: 'Main', status: 'ACTIVE' } },
    {
      name: 'iam.user.created',
      payload: { tenant: me.tenant, id: me.id, username: admin, status: 'ACTIVE', tenantId: me.tenant, roles: [main] },
    },
    {
      name: 'iam.user.assignedToTenant',
      payload: { tenant: me.tenant, id: me.id, tenantId: me.tenant, roles: [main] },
    },
  ])
})

test('ensureFirstAdmin() creates one administrator however many processes start at once', async (t) => {
  const { hub, seen } = await setup(t)
  const processes = [hub, await hub.fork(), await hub.fork()]
  const made = await Promise.all(processes.flatMap(({ iam }) => [iam.ensureFirstAdmin(), iam.ensureFirstAdmin()]))
  assert.equal(made.filter((each) => each !== undefined).length, 1)
  assert.equal((await hub.events()).length - seen, 3)
})

test('ensureFirstAdmin() takes name and password, and does nothing where there is a user', async (t) => {
  const { hub } = await setup(t)
  await hub.iam.issueServiceToken('audit-log', [])
  const wanted = { username: 'Root@Example.org', password: 'a wanted password' }
  assert.deepEqual(await hub.iam.ensureFirstAdmin(wanted), { username: 'root@example.org' })
  await hub.login('root@example.org', 'a wanted password')
  assert.equal(await hub.iam.ensureFirstAdmin({ username: 'other', password: ADMIN_PASSWORD }), undefined)
})

test('ensureFirstAdmin() refuses a bad password and a bad name', async (t) => {
  const { hub } = await setup(t)
  await assert.rejects(hub.iam.ensureFirstAdmin({ password: 'short' }), /8 to 128/)
  await assert.rejects(hub.iam.ensureFirstAdmin({ password: 'password1' }), /"OIH_ADMIN_PASSWORD" must not be one/)
  await assert.rejects(hub.iam.ensureFirstAdmin({ username: 'a b' }), /username/)
})
