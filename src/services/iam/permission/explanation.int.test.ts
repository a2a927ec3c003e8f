import assert from 'node:assert/strict'
import { test } from 'node:test'
import { can } from '#lib/principal'
import { createTestHub, createTwoTenants } from '../../../../test/support/iam-hub.ts'

const users = '/iam/api/v1/users'

async function setup(t: Parameters<typeof createTestHub>[0]) {
  const hub = await createTestHub(t, { unthrottled: true })
  await hub.iam.start()
  t.after(() => hub.iam.stop())
  return { hub, ...(await createTwoTenants(hub)) }
}

test('GET /users/:id/permissions tells why somebody may do something', async (t) => {
  const { hub, admin, a, b } = await setup(t)
  const { body: role } = await hub.call('POST', '/iam/api/v1/roles', {
    token: a.boss,
    body: { name: 'Reader', permissions: ['flows.read'] },
  })
  const given = {
    roles: [role.id, '00000000-0000-7000-8000-000000000002'],
    permissions: ['tenant.profile.update', 'iam.key.read'],
  }
  assert.equal((await hub.call('PATCH', `${users}/${a.plainId}`, { token: admin, body: given })).status, 200)
  const why = async (permission: string, token = a.boss) =>
    (await hub.call('GET', `${users}/${a.plainId}/permissions?permission=${permission}`, { token })).body
  const texts = async (permission: string) =>
    (await why(permission)).data[0].reasons.map(({ text }: { text: string }) => text).toSorted()
  assert.deepEqual(await texts('flows.read'), [
    `through role Reader in tenant ${a.tenant}`,
    `through role USER in tenant ${a.tenant}`,
  ])
  assert.deepEqual(await texts('tenant.profile.update'), [`directly, in tenant ${a.tenant}`])
  assert.deepEqual(await texts('iam.key.read'), ['directly, everywhere'])
  assert.partialDeepStrictEqual(await why('tenant.roles.delete'), {
    data: [{ allowed: false, reasons: [] }],
    tenant: a.tenant,
  })
  assert.equal((await why('no.such')).status, 404)
  assert.equal((await why('flows.read', b.boss)).status, 404)
  assert.equal((await why('flows.read', a.plain)).status, 403)
  const ofBoss = await hub.call('GET', `${users}/${a.bossId}/permissions?permission=flows.write`, { token: a.boss })
  assert.deepEqual(
    ofBoss.body.data[0].reasons[0].text,
    `through role TENANT_ADMIN in tenant ${a.tenant}, which gives tenant.all`,
  )
  await hub.call('PATCH', `${users}/${a.plainId}`, { token: admin, body: { status: 'DISABLED' } })
  assert.equal((await why('flows.read')).suspended, 'The user is DISABLED')
})

test('GET /users/:id/permissions says for every user and permission what can() says', async (t) => {
  const { hub, admin, a, b } = await setup(t)
  const {
    body: { data: catalogue },
  } = await hub.call('GET', '/iam/api/v1/permissions/catalogue', { token: admin })
  const adminId = (await hub.call('GET', `${users}/me`, { token: admin })).body.id
  const people = { [adminId]: admin, [a.bossId]: a.boss, [a.plainId]: a.plain, [b.plainId]: b.plain }
  await hub.call('PUT', `/iam/api/v1/tenants/${a.tenant}/users/${b.plainId}`, { token: admin, body: { roles: [] } })
  for (const [id, token] of Object.entries(people)) {
    const principal = await hub.iam.lookupToken(token)
    assert.ok(principal)
    const query = principal.tenant === undefined ? '' : `?tenant=${principal.tenant}`
    const { body } = await hub.call('GET', `${users}/${id}/permissions${query}`, { token: admin })
    const mine = await hub.call('GET', `${users}/me/permissions`, { token })
    const allowed = catalogue
      .filter(({ name, restricted }: { name: string; restricted: boolean }) =>
        can(principal, { name, scope: restricted ? 'platform' : 'tenant', description: '' }),
      )
      .map(({ name }: { name: string }) => name)
      .toSorted()
    const names = (explained: { data: { name: string }[] }) => explained.data.map(({ name }) => name)
    assert.deepEqual(names(body), allowed)
    assert.deepEqual(names(mine.body), allowed)
    assert.ok(allowed.length > 0)
  }
})

test('GET /users/me/permissions shows what the token allows of what the account may do', async (t) => {
  const { hub, admin, a } = await setup(t)
  const mine = async (body: object, maker = a.boss) => {
    const { token } = (await hub.call('POST', '/iam/api/v1/tokens', { token: maker, body })).body
    return (await hub.call('GET', `${users}/me/permissions`, { token })).body.data
  }
  assert.deepEqual(
    (await mine({ scope: ['flows.read'] })).map(({ name }: { name: string }) => name),
    ['flows.read'],
  )
  assert.deepEqual(await mine({ scope: [] }), [])
  const [custom, ...others] = await mine({ accountId: a.plainId, customPermissions: ['iam.key.read'] }, admin)
  assert.partialDeepStrictEqual(custom, { name: 'iam.key.read', reasons: [{ through: 'token', text: 'by the token' }] })
  assert.deepEqual(others, [])
})
