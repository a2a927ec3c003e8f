import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { v7 as uuidv7 } from 'uuid'
import { eventBusMigrations } from '#event-bus'
import { migrate } from '#lib/migrate'
import { createTestHub, createTwoTenants } from '../../../../test/support/iam-hub.ts'
import { createTestDatabase } from '../../../../test/support/postgres.ts'
import { iamMigrations } from '../migrations.ts'

const path = '/iam/api/v1/permissions'

test('what the services check is registered at the start, told once, and adopted by name', async (t) => {
  const hub = await createTestHub(t)
  const admin = await hub.login('admin', 'correct horse battery')
  // As an administrator made it before there was a version of the service that checks it.
  await hub.superuser.query(
    `insert into iam.permission (id, name, scope, description, registered, created_at, changed_at)
     values (gen_random_uuid(), 'events.read', 'platform', 'mine', false, now(), now())`,
  )
  await hub.iam.start()
  t.after(() => hub.iam.stop())
  const created = await hub.events('iam.permission.created')
  const registered = created.filter(({ payload }) => payload.name === 'tenant.account.read')
  assert.partialDeepStrictEqual(registered[0]?.payload, {
    restricted: false,
    description: 'See the users of the tenant',
  })
  assert.equal(registered[0]?.payload.user, undefined)
  const [adopted, ...more] = await hub.events('iam.permission.modified')
  assert.deepEqual(more, [])
  assert.partialDeepStrictEqual(adopted?.payload, { name: 'events.read', after: { restricted: false } })
  const other = await hub.fork()
  await other.iam.start()
  t.after(() => other.iam.stop())
  assert.equal((await hub.events('iam.permission.created')).length, created.length)
  const { body } = await hub.call('GET', `${path}/catalogue`, { token: admin })
  assert.equal(body.data.length, created.length + 1)
  const [kept] = body.data.filter(({ name }: { name: string }) => name === 'flows.read')
  assert.deepEqual([kept.registered, kept.restricted], [true, false])
  for (const method of ['PATCH', 'DELETE']) {
    const more = method === 'PATCH' ? { body: { restricted: true } } : {}
    assert.equal((await hub.call(method, `${path}/${kept.id}`, { token: admin, ...more })).status, 409)
  }
})

test('administrators of the hub make permissions of their own, which tenants can then give', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const body = { name: 'crm.contacts.read', description: 'See contacts' }
  const { body: made, status } = await hub.call('POST', path, { token: admin, body })
  assert.equal(status, 200, JSON.stringify(made))
  assert.ok((await hub.call('GET', path, { token: a.plain })).body.includes('crm.contacts.read'))
  const role = { name: 'CRM', permissions: ['crm.contacts.read'] }
  const { body: given } = await hub.call('POST', '/iam/api/v1/roles', { token: a.boss, body: role })
  await hub.call('PATCH', `/iam/api/v1/users/${a.plainId}`, { token: a.boss, body: { roles: [given.id] } })
  const may = async () => [...((await hub.iam.lookupToken(a.plain))?.permissions ?? [])]
  assert.deepEqual(await may(), ['crm.contacts.read'])
  const patch = { restricted: true, description: 'See all contacts' }
  assert.partialDeepStrictEqual(await hub.call('PATCH', `${path}/${made.id}`, { token: admin, body: patch }), {
    status: 200,
    body: patch,
  })
  assert.ok(!(await hub.call('GET', path, { token: a.plain })).body.includes('crm.contacts.read'))
  assert.equal(
    (await hub.call('POST', '/iam/api/v1/roles', { token: a.boss, body: { ...role, name: 'CRM 2' } })).status,
    403,
  )
  assert.equal((await hub.call('DELETE', `${path}/${made.id}`, { token: admin })).status, 200)
  assert.deepEqual(await may(), [])
  const [changed, deleted] = [await hub.events('iam.permission.modified'), await hub.events('iam.permission.deleted')]
  assert.deepEqual(changed[0]?.payload.changed, ['description', 'restricted'])
  assert.partialDeepStrictEqual(deleted[0]?.payload, { id: made.id, name: 'crm.contacts.read' })
})

test('nobody else makes permissions, and names must be words with dots that nobody has', async (t) => {
  const hub = await createTestHub(t)
  const { admin, a } = await createTwoTenants(hub)
  const post = (token: string, name: string) => hub.call('POST', path, { token, body: { name } })
  assert.equal((await post(a.boss, 'crm.read')).status, 403)
  for (const name of ['all', 'crm', 'crm.', '.crm', 'crm..read', 'crm read.x', '__proto__', 'x'.repeat(300)]) {
    assert.equal((await post(admin, name)).status, 400, name)
  }
  assert.equal((await post(admin, 'tenant.all')).status, 409)
  assert.equal((await post(admin, 'crm.read')).status, 200)
  assert.equal((await post(admin, 'crm.read')).status, 409)
  assert.equal((await hub.call('DELETE', `${path}/${uuidv7()}`, { token: admin })).status, 404)
})

test('a hub of before loses the permissions that nothing checks, and within tenants those of the platform', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'oih-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const files = (await readdir(iamMigrations.directory)).filter((name) => name < '0008')
  for (const name of files) await copyFile(fileURLToPath(new URL(name, iamMigrations.directory)), join(folder, name))
  const before = { schema: 'iam', directory: pathToFileURL(`${folder}/`) }
  const { url, asSuperuser } = await createTestDatabase(t, [eventBusMigrations, before])
  const [user, tenant, token] = [uuidv7(), uuidv7(), uuidv7()]
  await asSuperuser(`
    insert into iam.permission (id, name, scope, registered, created_at, changed_at)
      select gen_random_uuid(), name, case when name like 'iam.%' then 'platform' else 'tenant' end, true, now(), now()
        from unnest('{iam.account.read,iam.key.read,tenant.profile.delete,flows.read}'::text[]) name;
    insert into iam.tenant (id, name, status, created_at, changed_at) values ('${tenant}', 'a', 'ACTIVE', now(), now());
    insert into iam.user (id, kind, username, status, permissions, created_at, changed_at)
      values ('${user}', 'user', 'ada', 'ACTIVE', '{iam.key.read,iam.account.read}', now(), now());
    insert into iam.membership (user_id, tenant_id, is_default, permissions, created_at)
      values ('${user}', '${tenant}', true, '{flows.read,iam.key.read,tenant.profile.delete}', now());
    insert into iam.role (id, tenant_id, name, permissions, created_at, changed_at)
      values (gen_random_uuid(), '${tenant}', 'Own', '{tenant.profile.delete,all,flows.read}', now(), now());
    insert into iam.token (id, user_id, tenant_id, type, permissions, scope, created_at)
      values ('${token}', '${user}', '${tenant}', 'PERSISTENT', '{iam.account.read,iam.key.read}', '{tenant.profile.delete}', now())`)
  await migrate({ url, migrations: [eventBusMigrations, iamMigrations] })
  const lists = async (sql: string) => (await asSuperuser(sql)).map((row) => Object.values(row))
  assert.deepEqual(await lists('select name from iam.permission order by name'), [['flows.read'], ['iam.key.read']])
  assert.deepEqual(await lists('select permissions from iam.user'), [[['iam.key.read']]])
  assert.deepEqual(await lists('select permissions from iam.membership'), [[['flows.read']]])
  assert.deepEqual(await lists(`select permissions from iam.role where name = 'Own'`), [[['flows.read']]])
  assert.deepEqual(await lists('select permissions, scope from iam.token'), [[['iam.key.read'], []]])
  assert.deepEqual(await lists(`select permissions from iam.role where name = 'ADMIN'`), [[['all']]])
})
