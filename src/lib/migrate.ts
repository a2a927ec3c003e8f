import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'
import type { Logger } from './logger.ts'

/** The numbered `.sql` files of one PostgreSQL schema. They are applied in order of name, each in its own transaction, once. */
export interface Migrations {
  readonly schema: string
  readonly directory: URL
}

/** What is to be migrated, and with whose rights. */
export interface MigrateOptions {
  /** A login that may create schemas, and roles too unless it may take on `oih_owner` and `oih_app` already. */
  readonly url: string
  readonly migrations: readonly Migrations[]
  readonly logger?: Pick<Logger, 'debug'>
}

/** The role that owns every schema and table. Only migrations use it. */
export const OWNER_ROLE = 'oih_owner'
/** The role of every request: bound by row-level security, it can neither alter nor own a table. */
export const APP_ROLE = 'oih_app'

/** Any number, the same for all processes: one migrates, the others wait. ("OIH" in ASCII.) */
const MIGRATION_LOCK = 0x4f4948

const foundation: Migrations = { schema: 'oih', directory: new URL('./sql/', import.meta.url) }

/**
 * Brings the database up to date: roles, schemas, every migration not yet applied, each with the isolation template for the tables
 * of its schema. Processes that start at the same time wait for each other. A migration whose text has changed since it was applied
 * is refused, and so is a table that is neither isolated by tenant nor says in its comment why it need not be.
 */
export async function migrate({ url, migrations, logger }: MigrateOptions): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  // What is under way fails when the connection breaks; unheard, the event itself would end the process.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await assertDurable(client)
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    const sets = await Promise.all([foundation, ...migrations].map(readFiles))
    const applied = await appliedChecksums(client)
    for (const { files } of sets) assertUnchanged(files, applied)
    if (sets.every(({ files }) => files.every(({ key }) => applied.has(key)))) return
    await prepareRoles(client)
    for (const set of sets) await applySet(client, set, applied, logger)
  } finally {
    await client.end()
  }
}

interface MigrationFile {
  readonly key: string
  readonly sql: string
  readonly checksum: string
}

interface MigrationSet {
  readonly schema: string
  readonly files: readonly MigrationFile[]
}

async function readFiles({ schema, directory }: Migrations): Promise<MigrationSet> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort()
  const files = names.map(async (name) => {
    const sql = await readFile(new URL(name, directory), 'utf8')
    return { key: `${schema}/${name}`, sql, checksum: createHash('sha256').update(sql).digest('hex') }
  })
  return { schema, files: await Promise.all(files) }
}

/** What is acknowledged is committed to disk: a server that is set not to do so is refused. */
async function assertDurable(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select name from pg_settings
      where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'`,
  )
  if (rows.length === 0) return
  const names = rows.map(({ name }) => `"${name}"`).join(', ')
  throw new Error(`Cannot use the database as it must not lose what it has committed: ${names} is off`)
}

async function appliedChecksums(client: pg.Client): Promise<Map<string, string>> {
  const { rows: found } = await client.query(`select to_regclass('oih.migration') is not null as there`)
  if (!found[0].there) return new Map()
  const { rows } = await client.query<{ key: string; checksum: string }>('select key, checksum from oih.migration')
  return new Map(rows.map(({ key, checksum }) => [key, checksum]))
}

/** Refused before anything else is applied. */
function assertUnchanged(files: readonly MigrationFile[], applied: ReadonlyMap<string, string>): void {
  const changed = files.find(({ key, checksum }) => applied.has(key) && applied.get(key) !== checksum)
  if (changed !== undefined) throw new Error(`Cannot migrate as "${changed.key}" must not change once applied`)
}

/** Roles belong to the whole server: another database may be creating them at the same moment. */
async function prepareRoles(client: pg.Client): Promise<void> {
  for (const role of [OWNER_ROLE, APP_ROLE]) {
    await client.query(`do $$ begin
        if not exists (select from pg_roles where rolname = '${role}') then create role ${role} nologin; end if;
      exception when duplicate_object or unique_violation then null;
      end $$`)
  }
  // Since PostgreSQL 16 who creates a role is its member without being allowed to take it on: only trying tells.
  for (const role of [OWNER_ROLE, APP_ROLE]) {
    await client.query(`do $$ begin
        perform set_config('role', '${role}', true);
        perform set_config('role', 'none', true);
      exception when insufficient_privilege then
        execute format('grant ${role} to %I', session_user);
      end $$`)
  }
  await client.query(`create schema if not exists oih authorization ${OWNER_ROLE}`)
  await inTransaction(client, async () => {
    await client.query(`set local role ${OWNER_ROLE}`)
    await client.query(`create table if not exists oih.migration (
        key text primary key, checksum text not null, applied_at timestamptz not null default now())`)
    await client.query(`comment on table oih.migration is 'shared: the state of the schema itself, append-only'`)
  })
}

async function applySet(
  client: pg.Client,
  { schema, files }: MigrationSet,
  applied: ReadonlyMap<string, string>,
  logger: MigrateOptions['logger'],
): Promise<void> {
  await client.query(`create schema if not exists ${pg.escapeIdentifier(schema)} authorization ${OWNER_ROLE}`)
  for (const { key, sql, checksum } of files) {
    if (applied.has(key)) continue
    await inTransaction(client, async () => {
      await client.query(`set local role ${OWNER_ROLE}`)
      // The owner is bound by row-level security too: a file that fills a new column would silently find no rows.
      await client.query(`set local oih.tenant = '*'`)
      await client.query(sql)
      await protect(client, schema)
      await client.query('insert into oih.migration (key, checksum) values ($1, $2)', [key, checksum])
    })
    logger?.debug({ migration: key }, 'migration applied')
  }
}

interface TableRow {
  readonly name: string
  readonly tenant: boolean
  readonly comment: string
  readonly secured: boolean
}

/**
 * The isolation template. A table with a `tenant_id` shows and takes rows of the transaction's tenant alone, for its owner too.
 * Any other table must begin its comment with `shared:` (rows of no tenant) or `own policy:` (its migration wrote the policy).
 * A comment that contains `append-only` keeps the app role from changing or deleting what is written.
 */
async function protect(client: pg.Client, schema: string): Promise<void> {
  const { rows } = await client.query<TableRow>(
    `select format('%I.%I', n.nspname, c.relname) as name, c.relrowsecurity as secured,
            coalesce(obj_description(c.oid, 'pg_class'), '') as comment,
            exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped) as tenant
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relkind in ('r', 'p') and not c.relispartition`,
    [schema],
  )
  await client.query(`grant usage on schema ${schema} to ${APP_ROLE}`)
  await client.query(`grant usage, select on all sequences in schema ${schema} to ${APP_ROLE}`)
  await client.query(`grant execute on all routines in schema ${schema} to ${APP_ROLE}`)
  for (const table of rows) await protectTable(client, table)
  await grantViews(client, schema)
}

/** A view shows what the caller may see of its tables, not what its owner may: without that it is refused. */
async function grantViews(client: pg.Client, schema: string): Promise<void> {
  const { rows } = await client.query<{ name: string; invoker: boolean }>(
    `select format('%I.%I', n.nspname, c.relname) as name,
            coalesce('security_invoker=true' = any (c.reloptions), false) as invoker
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relkind = 'v'`,
    [schema],
  )
  for (const { name, invoker } of rows) {
    if (!invoker) throw new Error(`Cannot migrate as view ${name} must be made "with (security_invoker = true)"`)
    await client.query(`grant select on ${name} to ${APP_ROLE}`)
  }
}

async function protectTable(client: pg.Client, { name, tenant, comment, secured }: TableRow): Promise<void> {
  const rights = comment.includes('append-only') ? 'select, insert' : 'select, insert, update, delete'
  // An earlier file may have granted more, before the comment said so.
  await client.query(`revoke all on ${name} from ${APP_ROLE}`)
  await client.query(`grant ${rights} on ${name} to ${APP_ROLE}`)
  if (comment.startsWith('shared:')) return
  if (comment.startsWith('own policy:')) {
    if (!secured)
      throw new Error(`Cannot migrate as ${name} must have row-level security: its comment promises a policy`)
    return
  }
  if (!tenant)
    throw new Error(`Cannot migrate as ${name} must have a tenant_id or a comment that begins with "shared:"`)
  await client.query(`alter table ${name} enable row level security`)
  await client.query(`alter table ${name} force row level security`)
  await client.query(`drop policy if exists tenant_isolation on ${name}`)
  await client.query(
    `create policy tenant_isolation on ${name} using (oih.sees_all() or tenant_id = oih.current_tenant())`,
  )
}

async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('begin')
  try {
    await work()
    await client.query('commit')
  } catch (error) {
    // Without a connection nothing is left to roll back, and the first error tells why.
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}
