import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { v7 as uuidv7 } from 'uuid'
import type { Scope, Tx } from '#lib/postgres'
import { createTestHub, createTwoTenants, untilWaiting } from '../../../test/support/iam-hub.ts'
import { ADMIN_ROLE, TENANT_ADMIN_ROLE } from './role/role.ts'

// Row-level security alone: no route, no rule, only the database as a request's transaction has it. What holds for every table alike is in
// test/isolation/rows.int.test.ts; here is what the IAM's own policies promise beyond that.

async function setup(t: TestContext) {
  const hub = await createTestHub(t)
  const two = await createTwoTenants(hub)
  for (const { tenant } of [two.a, two.b]) {
    await hub.superuser.query(
      `insert into iam.role (id, tenant_id, name, permissions, created_at, changed_at)
       values (gen_random_uuid(), $1, 'Own', '{}', now(), now())`,
      [tenant],
    )
  }
  await hub.call('POST', '/iam/login', { body: { username: 'plain-a', password: 'x' } })
  const within = <T>(scope: Scope, work: (tx: Tx) => Promise<T>) => hub.db.transaction(scope, work)
  const run = (tenant: string, sql: string, values: unknown[] = []) => within({ tenant }, (tx) => tx.query(sql, values))
  return { hub, ...two, within, run }
}

test('a transaction of a tenant sees its own part of each table', async (t) => {
  const { hub, a, b, run } = await setup(t)
  const members = [a.bossId, a.plainId].toSorted()
  assert.deepEqual(
    (await run(a.tenant, 'select id from iam.user order by id')).map(({ id }) => id),
    members,
  )
  assert.deepEqual(await run(a.tenant, 'select id from iam.tenant'), [{ id: a.tenant }])
  for (const table of ['membership', 'membership_role', 'token']) {
    const rows = await run(a.tenant, `select tenant_id from iam.${table}`)
    assert.ok(rows.length > 0 && rows.every(({ tenant_id }) => tenant_id === a.tenant), table)
  }
  const roles = await run(a.tenant, 'select tenant_id from iam.role')
  assert.deepEqual(new Set(roles.map(({ tenant_id }) => tenant_id)), new Set([null, a.tenant]))
  assert.deepEqual(await run(a.tenant, 'select * from iam.platform_role'), [])
  assert.deepEqual(await run(a.tenant, 'select * from iam.login_failure'), [])
  assert.ok((await hub.superuser.query('select * from iam.login_failure')).length > 0)
  for (const table of ['membership', 'membership_role', 'token']) {
    assert.deepEqual(
      await run(a.tenant, `delete from iam.${table} where tenant_id = $1 returning 1`, [b.tenant]),
      [],
      table,
    )
  }
})

test('a transaction of a tenant takes no user in who exists elsewhere, and writes no user', async (t) => {
  const { a, b, run } = await setup(t)
  const denied = { code: '42501' }
  const join = 'insert into iam.membership (user_id, tenant_id, is_default, created_at) values ($1, $2, false, now())'
  await assert.rejects(run(a.tenant, join, [b.plainId, a.tenant]), denied)
  await assert.rejects(run(a.tenant, join, [uuidv7(), b.tenant]), denied)
  await assert.rejects(run(a.tenant, join, [a.plainId, b.tenant]), denied)
  const orphan = `insert into iam.user (id, kind, username, status, created_at, changed_at) values ($1, 'user', 'x', 'ACTIVE', now(), now())`
  await assert.rejects(run(a.tenant, orphan, [uuidv7()]), denied)
  await assert.rejects(run(a.tenant, 'update iam.membership set user_id = $1', [b.plainId]), denied)
  await assert.rejects(run(a.tenant, 'update iam.membership set tenant_id = $1', [b.tenant]), denied)
})

test('a transaction of a tenant changes and deletes users who are its alone', async (t) => {
  const { hub, a, b, run } = await setup(t)
  const ids = async (sql: string) => (await run(a.tenant, sql)).map(({ id }) => id).toSorted()
  const change = `update iam.user set status = 'DISABLED' returning id`
  assert.deepEqual(await ids(change), [a.bossId, a.plainId].toSorted())
  const join = 'insert into iam.membership (user_id, tenant_id, is_default, created_at) values ($1, $2, false, now())'
  await hub.superuser.query(join, [a.plainId, b.tenant])
  assert.deepEqual(await ids(change), [a.bossId])
  await hub.superuser.query('insert into iam.platform_role values ($1, $2)', [a.bossId, ADMIN_ROLE])
  assert.deepEqual(await ids(change), [])
  assert.deepEqual(await ids('delete from iam.user returning id'), [])
  await hub.superuser.query('delete from iam.platform_role where user_id = $1', [a.bossId])
  await hub.superuser.query(`update iam.user set permissions = '{all}' where id = $1`, [a.bossId])
  assert.deepEqual(await ids(change), [])
  await hub.superuser.query(`update iam.user set permissions = '{}' where id = $1`, [a.bossId])
  await assert.rejects(run(a.tenant, `update iam.user set permissions = '{all}' where id = $1`, [a.bossId]), {
    code: '42501',
  })
  await assert.rejects(run(a.tenant, `update iam.user set kind = 'service' where id = $1`, [a.bossId]), {
    code: '42501',
  })
  assert.deepEqual(await ids('delete from iam.user returning id'), [a.bossId])
})

test('a transaction of a tenant changes no other tenant, reads the permissions, and sees no key', async (t) => {
  const { hub, a, b, run } = await setup(t)
  const renamed = await run(a.tenant, `update iam.tenant set name = 'mine' returning id`)
  assert.deepEqual(renamed, [{ id: a.tenant }])
  await assert.rejects(run(a.tenant, 'update iam.tenant set id = $1', [uuidv7()]), { code: '42501' })
  const permission = `insert into iam.permission (id, name, scope, registered, created_at, changed_at)
                      values (gen_random_uuid(), 'x.y', 'tenant', false, now(), now())`
  await assert.rejects(run(a.tenant, permission), { code: '42501' })
  await hub.superuser.query(permission)
  assert.equal((await run(a.tenant, 'select from iam.permission')).length, 1)
  assert.deepEqual(await run(a.tenant, `update iam.permission set scope = 'tenant' returning 1`), [])
  await hub.superuser.query(`insert into iam.tenant_key values ($1, 'x', now()), ($2, 'x', now())`, [
    a.tenant,
    b.tenant,
  ])
  assert.deepEqual(await run(a.tenant, 'select from iam.tenant_key'), [])
})

test('a transaction of a tenant gives no role of the platform and changes none of the hub', async (t) => {
  const { a, b, run } = await setup(t)
  const denied = { code: '42501' }
  const give = 'insert into iam.membership_role (user_id, tenant_id, role_id) values ($1, $2, $3)'
  await assert.rejects(run(a.tenant, give, [a.plainId, a.tenant, ADMIN_ROLE]), denied)
  await assert.rejects(run(a.tenant, give, [b.plainId, b.tenant, TENANT_ADMIN_ROLE]), denied)
  const [foreign] = await run(b.tenant, 'select id from iam.role where tenant_id is not null')
  await assert.rejects(run(a.tenant, give, [a.plainId, a.tenant, foreign?.id]), denied)
  await assert.rejects(run(a.tenant, 'insert into iam.platform_role values ($1, $2)', [a.plainId, ADMIN_ROLE]), denied)
  assert.deepEqual(
    await run(a.tenant, `update iam.role set permissions = '{all}' where tenant_id is null returning id`),
    [],
  )
  assert.deepEqual(await run(a.tenant, 'delete from iam.role where tenant_id is null returning id'), [])
  await assert.rejects(run(a.tenant, 'update iam.role set tenant_id = null where tenant_id is not null'), denied)
})

test('a transaction of a tenant makes no tenant and no token for another', async (t) => {
  const { a, b, run } = await setup(t)
  const denied = { code: '42501' }
  const tenant = `insert into iam.tenant (id, name, status, created_at, changed_at) values ($1, 'x', 'ACTIVE', now(), now())`
  await assert.rejects(run(a.tenant, tenant, [uuidv7()]), denied)
  const token = `insert into iam.token (id, user_id, tenant_id, type, created_at) values ($1, $2, $3, 'SELF', now())`
  await assert.rejects(run(a.tenant, token, [uuidv7(), b.plainId, b.tenant]), denied)
  await assert.rejects(run(a.tenant, token, [uuidv7(), a.plainId, null]), denied)
  await assert.rejects(run(a.tenant, token, [uuidv7(), b.plainId, a.tenant]), { code: '23503' })
})

test('nothing that is in force within a tenant holds a permission of the platform, whoever writes it', async (t) => {
  const { hub, a, run, within } = await setup(t)
  await hub.iam.start()
  t.after(() => hub.iam.stop())
  const denied = { code: '42501', message: /permission of the platform/ }
  const given = 'update iam.membership set permissions = $2 where user_id = $1'
  const role = `insert into iam.role (id, tenant_id, name, permissions, created_at, changed_at)
                values (gen_random_uuid(), $1, 'Wide', $2, now(), now())`
  for (const permissions of [['all'], ['flows.read', 'iam.key.read']]) {
    const writes = [
      [given, [a.plainId, permissions]],
      [role, [a.tenant, permissions]],
      [`update iam.role set permissions = $2 where tenant_id = $1`, [a.tenant, permissions]],
    ] as const
    for (const [sql, values] of writes) {
      await assert.rejects(run(a.tenant, sql, [...values]), denied, sql)
      await assert.rejects(
        within('everything', (tx) => tx.query(sql, [...values])),
        denied,
      )
    }
    const roleOfHub = `update iam.role set permissions = $1 where tenant_id is null and not platform`
    await assert.rejects(
      within('everything', (tx) => tx.query(roleOfHub, [permissions])),
      denied,
    )
  }
  await within('everything', (tx) =>
    tx.query(`update iam.role set platform = true, permissions = '{iam.key.read}' where id = $1`, [TENANT_ADMIN_ROLE]),
  )
  await assert.rejects(
    within('everything', (tx) => tx.query('update iam.role set platform = false where id = $1', [TENANT_ADMIN_ROLE])),
    denied,
  )
  await run(a.tenant, given, [a.plainId, ['flows.read', 'tenant.all']])
})

test('a permission that becomes one of the platform is taken from all within tenants, also one that is given at that moment', async (t) => {
  const { hub, a, within, run } = await setup(t)
  await hub.superuser.query(
    `insert into iam.permission (id, name, scope, description, registered, created_at, changed_at)
     values (gen_random_uuid(), 'iam.key.read', 'tenant', 'as it was once', true, now(), now())`,
  )
  await run(a.tenant, `update iam.role set permissions = '{flows.read,iam.key.read}' where tenant_id = $1`, [a.tenant])
  const { starting } = await within({ tenant: a.tenant }, async (tx) => {
    await tx.query(`update iam.membership set permissions = '{iam.key.read}' where user_id = $1`, [a.plainId])
    const begun = hub.iam.start()
    t.after(() => hub.iam.stop())
    await untilWaiting(hub, 1, begun)
    return { starting: begun }
  })
  await starting
  const held = await hub.superuser.query<{ permissions: string[] }>(
    `select permissions from iam.membership union all select permissions from iam.role where tenant_id = $1`,
    [a.tenant],
  )
  assert.ok(held.some(({ permissions }) => permissions.includes('flows.read')))
  assert.ok(!held.some(({ permissions }) => permissions.includes('iam.key.read')))
  const [modified] = (await hub.events('iam.permission.modified')).filter(
    ({ payload }) => payload.name === 'iam.key.read',
  )
  assert.deepEqual(modified?.payload.changed, ['description', 'restricted'])
})
