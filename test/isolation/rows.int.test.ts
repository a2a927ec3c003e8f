import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { eventBusMigrations } from '#event-bus'
import type { Database, Queryable, Scope, Tx } from '#lib/postgres'
import { auditLogMigrations } from '../../src/services/audit-log/migrations.ts'
import { componentOrchestratorMigrations } from '../../src/services/component-orchestrator/migrations.ts'
import { flowRepositoryMigrations } from '../../src/services/flow-repository/migrations.ts'
import { iamMigrations } from '../../src/services/iam/migrations.ts'
import { metadataRepositoryMigrations } from '../../src/services/metadata-repository/migrations.ts'
import { secretServiceMigrations } from '../../src/services/secret-service/migrations.ts'
import { createTestDatabase } from '../support/postgres.ts'

// Row-level security on its own, the guard of the routes switched off: statements without any condition, as the app role, in a
// transaction of tenant A, over every table there is. A new table has to be told of here, in one of the two lists.

const migrations = [
  eventBusMigrations,
  iamMigrations,
  secretServiceMigrations,
  metadataRepositoryMigrations,
  flowRepositoryMigrations,
  componentOrchestratorMigrations,
  auditLogMigrations,
]

/** The ids of one tenant's things; those that other rows point to are the same in all tables. */
interface Ids {
  readonly tenant: string
  readonly user: string
  /** A member who may do things beyond the tenant, whom it therefore does not change. */
  readonly officer: string
  readonly role: string
}

interface TenantTable {
  /** What a tenant's transaction may do with its own row; with another tenant's it may do nothing. */
  readonly may: '' | 'read' | 'read change' | 'read change delete'
  /** A row of the tenant, as JSON; columns that are absent are null. */
  readonly row: (ids: Ids) => Readonly<Record<string, unknown>>
  /** For the sake of the row of another table. */
  readonly another?: (ids: Ids) => Readonly<Record<string, unknown>>
}

const at = '2026-01-01T00:00:00Z'
const all = 'read change delete'

/** Every table with rows of tenants. */
const tables: Readonly<Record<string, TenantTable>> = {
  'iam.tenant': {
    may: 'read change',
    row: ({ tenant }) => ({ id: tenant, name: 'x', status: 'ACTIVE', confirmed: true, created_at: at, changed_at: at }),
  },
  'iam.user': {
    may: all,
    row: ({ user }) => ({
      ...{ id: user, kind: 'user', username: user, status: 'ACTIVE', confirmed: true, permissions: [] },
      ...{ created_at: at, changed_at: at },
    }),
  },
  'iam.membership': {
    may: all,
    row: ({ tenant, user }) => memberOf(tenant, user),
    another: ({ tenant, officer }) => memberOf(tenant, officer),
  },
  'iam.role': {
    may: all,
    row: ({ tenant, role }) => ({
      ...{ id: role, tenant_id: tenant, platform: false, name: 'x', description: '', permissions: [] },
      ...{ created_at: at, changed_at: at },
    }),
  },
  'iam.membership_role': {
    may: all,
    row: ({ tenant, user, role }) => ({ user_id: user, tenant_id: tenant, role_id: role }),
  },
  'iam.platform_role': { may: 'read', row: ({ officer, role }) => ({ user_id: officer, role_id: role }) },
  'iam.token': {
    may: all,
    row: ({ tenant, user }) => ({
      ...{ id: randomUUID(), user_id: user, tenant_id: tenant, type: 'SELF', permissions: [], created_at: at },
    }),
  },
  'iam.token_value': {
    may: '',
    row: () => ({ hash: hex(randomUUID()), token_id: randomUUID(), created_at: at }),
  },
  'iam.client': {
    may: '',
    row: () => ({
      ...{ id: randomUUID(), name: 'x', type: 'browser', redirect_uris: [], trusted: false },
      ...{ created_at: at, changed_at: at },
    }),
  },
  'iam.client_grant': {
    may: '',
    row: ({ tenant, user }) => ({
      ...{ hash: hex(randomUUID()), client_id: randomUUID(), user_id: user, tenant_id: tenant },
      ...{ sealed: hex('x'), expires_at: at },
    }),
  },
  'iam.openid_artifact': {
    may: '',
    row: ({ user }) => ({
      ...{ kind: 'x', hash: hex(randomUUID()), user_id: user, sealed: hex('x'), expires_at: at },
    }),
  },
  'iam.signing_key': {
    may: '',
    row: () => ({ id: randomUUID(), jwk: {}, sealed: hex('x'), created_at: at, expires_at: at }),
  },
  'iam.tenant_key': { may: '', row: ({ tenant }) => ({ tenant_id: tenant, sealed: hex(tenant), created_at: at }) },
  'iam.login_failure': {
    may: '',
    row: ({ tenant, user }) => ({
      ...{ subject: user, user_id: user, user_tenant: tenant, since: at, failures: 1, untold: 0 },
    }),
  },
  'iam.login_pace': { may: '', row: ({ tenant }) => ({ key: `tenant:${tenant}`, tat: at }) },
  'iam.login_place': { may: '', row: ({ user }) => ({ user_id: user, address: 'x', seen_at: at }) },
  'secret_service.data_key': {
    may: all,
    row: ({ tenant }) => ({ tenant_id: tenant, version: 1, wrapped: hex('x'), created_at: at }),
  },
  'secret_service.auth_client': {
    may: all,
    row: ({ tenant }) => ({
      ...{ id: randomUUID(), tenant_id: tenant, name: 'x', type: 'OA2_AUTHORIZATION_CODE', owners: [], settings: {} },
      ...{ key_version: 1, sealed: {}, version: 1, created_at: at, updated_at: at },
    }),
  },
  'secret_service.auth_flow': {
    may: all,
    row: ({ tenant, user }) => ({
      ...{ state_hash: hex(randomUUID()), tenant_id: tenant, user_id: user, auth_client_id: randomUUID() },
      ...{ key_version: 1, sealed: {}, expires_at: at },
    }),
  },
  'secret_service.secret': {
    may: all,
    row: ({ tenant }) => ({
      ...{ id: randomUUID(), tenant_id: tenant, name: 'x', type: 'SIMPLE', owners: [], allowed_hosts: [], version: 1 },
      ...{ renews: false, lease_fence: 0, refresh_failures: 0, created_at: at, updated_at: at },
    }),
  },
  'secret_service.secret_value': {
    may: all,
    row: ({ tenant }) => ({
      ...{
        secret_id: randomUUID(),
        version: 1,
        tenant_id: tenant,
        plain: {},
        key_version: 1,
        sealed: {},
        created_at: at,
      },
    }),
  },
  'metadata_repository.domain': {
    may: all,
    row: ({ tenant }) => ({
      ...{ id: randomUUID(), tenant_id: tenant, name: 'x', public: false, compatibility: 'NONE' },
      ...{ owner_id: randomUUID(), created_at: at, updated_at: at },
    }),
  },
  'metadata_repository.schema': {
    may: all,
    row: ({ tenant }) => ({
      ...{ id: randomUUID(), tenant_id: tenant, domain_id: randomUUID(), uri: 'x', location: randomUUID(), name: 'x' },
      ...{ version: 1, refs: [], pointers: [], created_at: at, updated_at: at },
    }),
  },
  'metadata_repository.schema_version': {
    may: 'read',
    row: ({ tenant }) => ({
      ...{ schema_id: randomUUID(), version: 1, tenant_id: tenant, dialect: 'draft-07', value: 'true', refs: [] },
      ...{ broken: [], created_by: randomUUID(), created_at: at },
    }),
  },
  'flow_repository.flow': {
    may: all,
    row: ({ tenant }) => ({
      ...{
        id: randomUUID(),
        tenant_id: tenant,
        name: 'x',
        type: 'ordinary',
        graph: {},
        owners: [],
        status: 'inactive',
      },
      ...{ generation: 0, version: 1, created_at: at, updated_at: at },
    }),
  },
  'flow_repository.schema_mention': {
    may: all,
    row: ({ tenant }) => ({ flow_id: randomUUID(), tenant_id: tenant, location: 'x' }),
  },
  'component_orchestrator.flow': {
    may: all,
    row: ({ tenant }) => ({ id: randomUUID(), tenant_id: tenant, generation: 1, state: 'started' }),
  },
  'component_orchestrator.flow_version': {
    may: all,
    row: ({ tenant }) => ({ flow_id: randomUUID(), generation: 1, tenant_id: tenant, graph: {} }),
  },
  'component_orchestrator.run': {
    may: all,
    row: ({ tenant }) => ({
      ...{ id: randomUUID(), tenant_id: tenant, flow_id: randomUUID(), generation: 1, request_id: 'x', open_steps: 1 },
      ...{ all_steps: 1, failed_steps: 0, started_at: at },
    }),
  },
  'component_orchestrator.message': {
    may: all,
    row: ({ tenant }) => ({ id: randomUUID(), tenant_id: tenant, run_id: randomUUID(), place: 0, body: 'x' }),
  },
  'component_orchestrator.step': {
    may: all,
    row: ({ tenant }) => ({
      ...{ id: randomUUID(), tenant_id: tenant, run_id: randomUUID(), step_id: 'x', message_id: randomUUID() },
      ...{ status: 'success', attempt: 1, created_at: at, started_at: at, finished_at: at },
    }),
  },
  'component_orchestrator.task': {
    may: all,
    row: ({ tenant }) => ({
      ...{ id: randomUUID(), queue: 'step', tenant_id: tenant, state: 'ready', run_at: at, attempt: 0, fence: 0 },
      ...{ created_at: at, changed_at: at, flow_id: randomUUID(), generation: 1 },
    }),
  },
  'event_bus.tally': { may: all, row: ({ tenant }) => ({ name: 'x.y', tenant_id: tenant, count: 1, last_at: at }) },
  'audit_log.entry': {
    may: 'read',
    row: ({ tenant }) => ({
      ...{ index: Number.parseInt(tenant.slice(0, 6), 16), tenant_id: tenant, tenant_number: 1, recorded_at: at },
      ...{ position: 1, event_id: randomUUID(), origin: '', name: 'x.y', leaf: 'x', leaf_hash: hex('x'.repeat(32)) },
    }),
  },
  'audit_log.stream': { may: all, row: ({ tenant }) => ({ tenant_id: tenant, count: 1, last_index: 1 }) },
}

/** Every other table, and why it is no tenant's: no policy holds it. */
const shared: Readonly<Record<string, string>> = {
  'oih.member': 'the processes',
  'oih.migration': 'the state of the schema',
  'oih.master_key': 'what tells the keys of the whole database',
  'iam.departed': 'ids of what is gone, which the system alone reads',
  'iam.permission': 'the catalogue, which everyone may read',
  'event_bus.event': 'the log: services read it in the name of the system, and filter what they show by tenant',
  'event_bus.position': 'the order of the log',
  'event_bus.sequencer': 'one row',
  'event_bus.sequencer_turn': 'the state of the sequencer',
  'event_bus.subscription': 'belongs to a service',
  'event_bus.lane': 'belongs to a subscription',
  'event_bus.lane_cursor': 'belongs to a subscription',
  'event_bus.subscriber': 'belongs to a subscription',
  'event_bus.delivery': 'events that wait for a service, which handles them in the name of the system',
  'event_bus.tally_cursor': 'one row',
  'audit_log.head': 'one row',
  'audit_log.owner_key': 'of no use without the master key; a person may be known to many tenants',
}

const denied = { code: '42501' }

async function setup(t: TestContext) {
  const { db, open } = await createTestDatabase(t, migrations)
  const superuser = open({ role: 'none' })
  const newIds = (): Ids => {
    return { tenant: randomUUID(), user: randomUUID(), officer: randomUUID(), role: randomUUID() }
  }
  const [a, b] = [newIds(), newIds()]
  const [ofA, ofB] = [await seed(superuser, a), await seed(superuser, b)]
  const run = (scope: Scope, sql: string, values: unknown[] = []) =>
    db.transaction(scope, async (tx) => (await tx.query(sql, values)).map(textOf))
  return { db, superuser, a, b, ofA, ofB, run, everything: await everyRow(superuser) }
}

/**
 * Rows of the tenant in every table; resolves to them as PostgreSQL writes them, by table. What refers to what is left to the rows
 * themselves: only who sees them is looked at.
 */
async function seed(superuser: Database, ids: Ids): Promise<ReadonlyMap<string, string[]>> {
  const seeded = new Map<string, string[]>()
  await superuser.transaction(async (tx) => {
    await tx.query('set local session_replication_role = replica')
    for (const [table, { row, another }] of Object.entries(tables)) {
      const records = [row(ids), ...(another ? [another(ids)] : [])]
      const columns = Object.keys(row(ids)).join(', ')
      const inserted = await tx.query(
        `insert into ${table} as t (${columns})
         select ${columns} from jsonb_populate_recordset(null::${table}, $1) returning t::text as row`,
        [JSON.stringify(records)],
      )
      seeded.set(table, inserted.map(textOf).toSorted())
    }
  })
  return seeded
}

/** Of all the tables with rows of tenants, as far as the transaction sees them. */
async function everyRow(tx: Queryable): Promise<ReadonlyMap<string, string[]>> {
  const rows = new Map<string, string[]>()
  for (const table of Object.keys(tables))
    rows.set(table, (await tx.query(`select t::text as row from ${table} t`)).map(textOf))
  return rows
}

function memberOf(tenant: string, user: string) {
  return { user_id: user, tenant_id: tenant, is_default: true, permissions: [], created_at: at }
}

function textOf(row: Record<string, unknown>): string {
  return String(row.row)
}

function hex(text: string): string {
  return `\\x${Buffer.from(text).toString('hex')}`
}

const each = Object.entries(tables).map(([table, { may }]) => ({ table, may: new Set(may.split(' ')) }))

test('every table of the database is in one of the lists of this file', async (t) => {
  const { superuser } = await setup(t)
  const found = await superuser.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspowner = 'oih_owner'::regrole and c.relkind in ('r', 'p', 'v', 'm', 'f')`,
  )
  const names = new Set(found.map(({ name }) => name.replaceAll('"', '')))
  const listed = new Set([...Object.keys(tables), ...Object.keys(shared)])
  const how = `add to "tables" a row that a tenant may have in it, or to "shared" the reason why it is no tenant's`
  for (const name of names)
    assert.ok(listed.has(name), `Table "${name}" is not in test/isolation/rows.int.test.ts: ${how}`)
  for (const name of listed) assert.ok(names.has(name), `There is no table "${name}": take it out of this file`)
})

test('every table with rows of tenants has a policy, which binds its owner too', async (t) => {
  const { superuser } = await setup(t)
  for (const { table } of each) {
    const [found] = await superuser.query(
      `select c.relrowsecurity and c.relforcerowsecurity as forced,
              (select count(*) from pg_policies p where format('%I.%I', p.schemaname, p.tablename)::regclass = c.oid) as policies
         from pg_class c where c.oid = $1::regclass`,
      [table],
    )
    assert.ok(found?.forced && found.policies > 0, `${table} must have row-level security with FORCE and a policy`)
  }
})

test('the app role is bound by the policies, and no function steps over them but the one that restores a log', async (t) => {
  const { superuser } = await setup(t)
  const [role] = await superuser.query(`select rolsuper, rolbypassrls from pg_roles where rolname = 'oih_app'`)
  assert.deepEqual(role, { rolsuper: false, rolbypassrls: false })
  const functions = await superuser.query(
    `select p.oid::regprocedure::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspowner = 'oih_owner'::regrole and p.prosecdef`,
  )
  assert.deepEqual(functions, [{ name: 'event_bus.adopt_restored_events()' }])
})

test('a tenant reads its own rows of every table that it may read, and none of another', async (t) => {
  const { a, ofA, ofB, run } = await setup(t)
  for (const { table, may } of each) {
    const rows = new Set(await run({ tenant: a.tenant }, `select t::text as row from ${table} t`))
    assert.ok(rows.isDisjointFrom(new Set(ofB.get(table))), `${table} shows a row of another tenant`)
    if (may.has('read')) assert.ok(rows.isSupersetOf(new Set(ofA.get(table))), table)
    else assert.equal(rows.size, 0, table)
  }
})

test('a transaction of no tenant reads, changes and deletes nothing', async (t) => {
  const { run } = await setup(t)
  for (const { table } of each) {
    assert.deepEqual(await run('nothing', `select t::text as row from ${table} t`), [], table)
    for (const sql of [await changeAll(run, table), deleteAll(table)])
      assert.deepEqual(await unlessDenied(run('nothing', sql)), [], `${table}: ${sql}`)
  }
})

for (const right of ['change', 'delete'] as const) {
  test(`to ${right} without a condition reaches what is the tenant's own, and nothing else`, async (t) => {
    const { db, a, ofA, ofB, run, everything } = await setup(t)
    for (const { table, may } of each) {
      const sql = right === 'change' ? await changeAll(run, table) : deleteAll(table)
      const left = await undone(db, { tenant: a.tenant }, async (tx) => {
        assert.deepEqual(
          (await unlessDenied(tx.query(sql).then((rows) => rows.map(textOf)))).toSorted(),
          may.has(right) ? ofA.get(table) : [],
          table,
        )
      })
      // What hangs on a row goes with it, and the database does that in the name of the owner.
      for (const [other, rows] of left ?? everything) {
        assert.ok(new Set(rows).isSupersetOf(new Set(ofB.get(other))), `${right} all of ${table}: ${other}`)
      }
    }
  })
}

test('a tenant writes no row for another, and passes none of its own on', async (t) => {
  const { superuser, a, b, run } = await setup(t)
  for (const [table, { may, row }] of Object.entries(tables)) {
    const record = row({ ...b, role: randomUUID() })
    const columns = Object.keys(record).join(', ')
    const copy = `insert into ${table} as t (${columns}) select ${columns} from jsonb_populate_record(null::${table}, $1) returning ''`
    await assert.rejects(run({ tenant: a.tenant }, copy, [JSON.stringify(record)]), denied, `insert into ${table}`)
    const { length } = await superuser.query(
      `select from pg_attribute where attrelid = $1::regclass and attname = 'tenant_id' and not attisdropped`,
      [table],
    )
    if (length === 0 || !may.includes('change')) continue
    await assert.rejects(run({ tenant: a.tenant }, `update ${table} set tenant_id = $1`, [b.tenant]), denied, table)
  }
})

/** Sets every column to what it is. */
async function changeAll(run: (scope: Scope, sql: string, values: unknown[]) => Promise<string[]>, table: string) {
  const columns = await run(
    'nothing',
    `select format('%1$I = t.%1$I', attname) as row from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = ''`,
    [table],
  )
  return `update ${table} as t set ${columns.join(', ')} returning t::text as row`
}

function deleteAll(table: string): string {
  return `delete from ${table} as t returning t::text as row`
}

/** A table whose rows may not even be tried to change leaves them as surely. */
async function unlessDenied(rows: Promise<string[]>): Promise<string[]> {
  return rows.catch((error: unknown) => {
    if ((error as { code?: string }).code === '42501') return []
    throw error
  })
}

/** Rolls `work` back; resolves to what every table held by then, or to undefined where a statement of it was refused. */
async function undone(db: Database, scope: Scope, work: (tx: Tx) => Promise<void>) {
  let left: ReadonlyMap<string, string[]> | undefined
  const enough = new Error('Rolled back')
  await db
    .transaction(scope, async (tx) => {
      await work(tx)
      await tx.query('savepoint whole').catch(() => {
        throw enough
      })
      await tx.query(`select set_config('oih.tenant', '*', true)`)
      left = await everyRow(tx)
      throw enough
    })
    .catch((error: unknown) => {
      if (error !== enough) throw error
    })
  return left
}
