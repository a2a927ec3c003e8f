import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { type BundledPostgres, startBundledPostgres } from '../../src/lib/bundled-postgres/bundled-postgres.ts'

/** The PostgreSQL that all contestants of a bench use: the bundled one, with the settings it has in the hub, fsync on. */
export interface BenchServer {
  /** Process id of the postmaster. */
  readonly pid: number
  readonly version: string
  /** Creates a database, empty or as a copy of another, after a checkpoint so that no run pays for what another wrote. */
  createDatabase(template?: string): Promise<BenchDatabase>
  stop(): Promise<void>
}

/** A database of one run. */
export interface BenchDatabase {
  readonly name: string
  /** Address with the rights of a superuser. */
  readonly url: string
  /** Runs SQL on a connection of its own. */
  sql<R extends Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]>
  /** Drops it, also with connections open. */
  drop(): Promise<void>
}

/** Starts it in a new data folder. */
export async function startBenchServer(dataDir: string): Promise<BenchServer> {
  const postgres = await startBundledPostgres({ dataDir })
  return {
    pid: postgres.pid,
    version: postgres.version,
    createDatabase: (template) => createBenchDatabase(postgres, template),
    stop: () => postgres.stop(),
  }
}

async function createBenchDatabase(postgres: BundledPostgres, template = 'template1'): Promise<BenchDatabase> {
  const name = `bench_${randomBytes(6).toString('hex')}`
  await runSql(postgres.url, `create database ${name} template ${template} strategy file_copy`)
  await runSql(postgres.url, 'checkpoint')
  const address = new URL(postgres.url)
  address.pathname = `/${name}`
  const url = address.href
  return {
    name,
    url,
    sql: (text, values) => runSql(url, text, values),
    async drop() {
      await runSql(postgres.url, `drop database ${name} with (force)`)
    },
  }
}

/** Without a schema in its name a table is in `public`. */
async function runSql<R>(url: string, text: string, values: readonly unknown[] = []): Promise<R[]> {
  const client = new pg.Client({ connectionString: url, options: '-c search_path=public' })
  await client.connect()
  try {
    const { rows } = await client.query(text, values.length === 0 ? undefined : [...values])
    return rows as R[]
  } finally {
    await client.end()
  }
}
