import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { createTestDatabase } from '../../test/support/postgres.ts'
import { type Migrations, migrate, OWNER_ROLE } from './migrate.ts'
import type { Scope, Tx } from './postgres.ts'

/** A database with the foundation alone, and a folder of migrations for the schema `app`. */
async function setup(t: TestContext) {
  const database = await createTestDatabase(t)
  const { url, asSuperuser } = database
  const folder = await mkdtemp(join(tmpdir(), 'oih-migrate-'))
  t.after(() => rm(folder, { recursive: true }))
  const migrations: Migrations = { schema: 'app', directory: pathToFileURL(`${folder}/`) }
  const applied: unknown[] = []
  return {
    ...database,
    /** Writes the files and migrates; what it applied is in `applied`. */
    async run(files: Record<string, string> = {}): Promise<void> {
      for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql)
      await migrate({ url, migrations: [migrations], logger: { debug: (fields: object) => void applied.push(fields) } })
    },
    applied,
    migrations,
    keys: async () => (await asSuperuser('select key from oih.migration order by key')).map(({ key }) => key),
    tables: async () =>
      (await asSuperuser(`select tablename from pg_tables where schemaname = 'app' order by 1`)).map(
        ({ tablename }) => tablename,
      ),
  }
}

const THING = 'create table app.thing (tenant_id uuid not null, text text not null);'
const FOUNDATION = ['oih/0001-foundation.sql', 'oih/0002-public-url.sql', 'oih/0003-master-key.sql']

test('migrate() of an empty database runs once where processes start at the same time', async (t) => {
  const { run, keys, applied, asSuperuser } = await setup(t)
  await asSuperuser('drop schema oih cascade')
  await run({ '0001-a.sql': THING, 'README.md': 'no SQL' }).then(() => asSuperuser('drop schema oih, app cascade'))
  applied.length = 0
  await Promise.all(Array.from({ length: 4 }, () => run()))
  assert.deepEqual(await keys(), ['app/0001-a.sql', ...FOUNDATION])
  assert.deepEqual(applied, [...FOUNDATION.map((migration) => ({ migration })), { migration: 'app/0001-a.sql' }])
})

test('migrate() refuses a file that has changed since, by its name, and applies nothing', async (t) => {
  const { run, keys, tables } = await setup(t)
  await run({ '0002-b.sql': THING })
  const changed = run({ '0002-b.sql': `${THING} -- changed`, '0001-a.sql': THING.replace('thing', 'other') })
  await assert.rejects(changed, /Cannot migrate as "app\/0002-b\.sql" must not change once applied/)
  assert.deepEqual(await keys(), ['app/0002-b.sql', ...FOUNDATION])
  assert.deepEqual(await tables(), ['thing'])
})

test('migrate() refuses a table that is of no tenant and does not say so', async (t) => {
  const { run, tables, keys } = await setup(t)
  const table = 'create table app.free (id integer);'
  await assert.rejects(run({ '0001-a.sql': table }), /app\.free must have a tenant_id or a comment/)
  const comment = (text: string) => `${table} comment on table app.free is '${text}'`
  await assert.rejects(run({ '0001-a.sql': comment('It is shared: by all') }), /app\.free must have a tenant_id/)
  assert.deepEqual(await tables(), [])
  await run({ '0001-a.sql': comment('shared: it is of nobody') })
  assert.deepEqual(await keys(), ['app/0001-a.sql', ...FOUNDATION])
})

test('migrate() refuses a table that promises a policy and has no row-level security', async (t) => {
  const { run, tables, asSuperuser } = await setup(t)
  const table = `create table app.own (id integer); comment on table app.own is 'own policy: by id';`
  await assert.rejects(run({ '0001-a.sql': table }), /app\.own must have row-level security/)
  assert.deepEqual(await tables(), [])
  await run({ '0001-a.sql': `${table} alter table app.own enable row level security` })
  assert.deepEqual(await asSuperuser('select policyname from pg_policies'), [])
})

test('migrate() isolates the rows of tenants, from the owner of the table too', async (t) => {
  const { run, db, open } = await setup(t)
  await run({ '0001-a.sql': THING })
  const [a, b] = [
    { tenant: '00000000-0000-4000-8000-00000000000a' },
    { tenant: '00000000-0000-4000-8000-00000000000b' },
  ]
  const write = (tx: Tx, { tenant }: { tenant: string }, text: string) =>
    tx.query('insert into app.thing values ($1, $2)', [tenant, text])
  for (const [role, pool] of Object.entries({ app: db, owner: open({ role: OWNER_ROLE }) })) {
    const seen = async (scope: Scope) =>
      (await pool.transaction(scope, (tx) => tx.query('select text from app.thing order by text'))).map(
        ({ text }) => text,
      )
    await pool.transaction(a, (tx) => write(tx, a, `${role} a`))
    await pool.transaction('everything', (tx) => write(tx, b, `${role} b`))
    for (const scope of ['nothing', a] as const) {
      await assert.rejects(
        pool.transaction(scope, (tx) => write(tx, b, 'never')),
        { code: '42501' },
      )
    }
    const moving = pool.transaction(a, (tx) => tx.query('update app.thing set tenant_id = $1', [b.tenant]))
    await assert.rejects(moving, { code: '42501' })
    const change = (tx: Tx) =>
      tx.query(`update app.thing set text = text || '!' where tenant_id = $1 returning 1`, [b.tenant])
    assert.deepEqual(await pool.transaction(a, change), [])
    assert.deepEqual(
      await pool.transaction(a, (tx) => tx.query('delete from app.thing where text like $1 returning 1', ['% b'])),
      [],
    )
    assert.deepEqual(await seen('nothing'), [])
    assert.deepEqual(await pool.query('select from app.thing'), [])
    assert.deepEqual(await seen(a), [`${role} a`])
    assert.deepEqual(await seen(b), [`${role} b`])
    assert.deepEqual(await seen('everything'), [`${role} a`, `${role} b`])
    await pool.transaction('everything', (tx) => tx.query('delete from app.thing'))
  }
})

test('migrate() keeps the app role from changing an append-only table, also one that became so later', async (t) => {
  const { run, db } = await setup(t)
  const tenant = { tenant: '00000000-0000-4000-8000-00000000000a' }
  await run({ '0001-a.sql': THING })
  const inTenant = (text: string) => db.transaction(tenant, (tx) => tx.query(text))
  await inTenant(`insert into app.thing values ('${tenant.tenant}', 'a')`)
  await inTenant(`update app.thing set text = 'b'`)
  await run({ '0002-b.sql': `comment on table app.thing is 'append-only'` })
  await inTenant(`insert into app.thing values ('${tenant.tenant}', 'c')`)
  const forbidden = [
    `update app.thing set text = 'd'`,
    'delete from app.thing',
    'truncate app.thing',
    'drop table app.thing',
    'alter table app.thing disable row level security',
  ]
  for (const text of forbidden) await assert.rejects(inTenant(text), { code: '42501' }, text)
  assert.deepEqual(await inTenant('select text from app.thing order by text'), [{ text: 'b' }, { text: 'c' }])
})

test('migrate() refuses a database that may lose what it has committed', async (t) => {
  const { run, asSuperuser, tables } = await setup(t)
  await asSuperuser(
    `do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$`,
  )
  await assert.rejects(run({ '0001-a.sql': THING }), /must not lose what it has committed: "synchronous_commit" is off/)
  assert.deepEqual(await tables(), [])
})

test('migrate() changes nothing the second time', async (t) => {
  const { run, applied, asSuperuser } = await setup(t)
  await run({ '0001-a.sql': THING })
  // Every change of the schema leaves a younger row in one of these.
  const catalogue = () =>
    asSuperuser(`select (select array_agg(xmin::text order by oid) from pg_class) as tables,
                        (select array_agg(xmin::text order by oid) from pg_policy) as policies,
                        (select array_agg(xmin::text order by oid) from pg_namespace) as schemas,
                        (select array_agg(xmin::text order by key) from oih.migration) as migrations`)
  // Vacuum may touch the first of these by itself.
  await asSuperuser('vacuum analyze')
  const before = await catalogue()
  applied.length = 0
  await run()
  assert.deepEqual(await catalogue(), before)
  assert.deepEqual(applied, [])
})

test('migrate() leaves nothing of a file that fails, and goes on from there the next time', async (t) => {
  const { run, keys, tables, asSuperuser } = await setup(t)
  const files = {
    '0001-a.sql': THING,
    '0002-b.sql': `${THING.replace('thing', 'half')} insert into app.thing values (gen_random_uuid(), 'x'); select 1 / 0;`,
    '0003-c.sql': THING.replace('thing', 'last'),
  }
  await assert.rejects(run(files), { code: '22012' })
  assert.deepEqual(await keys(), ['app/0001-a.sql', ...FOUNDATION])
  assert.deepEqual(await tables(), ['thing'])
  assert.deepEqual(await asSuperuser('select from app.thing'), [])
  await run({ '0002-b.sql': THING.replace('thing', 'half') })
  assert.deepEqual(await keys(), ['app/0001-a.sql', 'app/0002-b.sql', 'app/0003-c.sql', ...FOUNDATION])
  assert.deepEqual(await tables(), ['half', 'last', 'thing'])
})

test('migrate() lets a file change the rows of every tenant', async (t) => {
  const { run, asSuperuser } = await setup(t)
  await run({ '0001-a.sql': THING })
  await asSuperuser(`insert into app.thing values (gen_random_uuid(), 'a'), (gen_random_uuid(), 'b')`)
  await run({ '0002-b.sql': `update app.thing set text = text || '!'` })
  assert.deepEqual(await asSuperuser('select text from app.thing order by text'), [{ text: 'a!' }, { text: 'b!' }])
})

test('migrate() applies the files of a schema in the order of their names', async (t) => {
  const { run, applied } = await setup(t)
  await run({
    '0010-c.sql': 'drop table app.thing',
    '0002-b.sql': 'alter table app.thing add n integer',
    '0001-a.sql': THING,
  })
  assert.deepEqual(
    applied,
    ['0001-a', '0002-b', '0010-c'].map((name) => ({ migration: `app/${name}.sql` })),
  )
})

test('migrate() fails with the cause when its connection is cut, and leaves the lock to others', async (t) => {
  const { run, keys } = await setup(t)
  const cutting = run({ '0001-a.sql': `${THING} reset role; select pg_terminate_backend(pg_backend_pid())` })
  await assert.rejects(cutting, { code: '57P01' })
  assert.deepEqual(await keys(), FOUNDATION)
  await run({ '0001-a.sql': THING })
  assert.deepEqual(await keys(), ['app/0001-a.sql', ...FOUNDATION])
})
