import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import pg from 'pg'
import { APP_ROLE, type Migrations, migrate } from '../../src/lib/migrate.ts'
import { createDatabase, type Database, type DatabaseOptions } from '../../src/lib/postgres.ts'

/** A database of its own for one test, dropped when the test ends, also with connections still open. */
export interface TestDatabase {
  /** Address with the rights of a superuser. */
  readonly url: string
  /** A pool that runs as the app role does. It is closed with the test. */
  readonly db: Database
  /** Another such pool, as another process would have. */
  open(options?: Partial<DatabaseOptions>): Database
  /** Runs SQL as a superuser. */
  asSuperuser(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>
  /** Ends all connections with this `application_name`, until none is left. */
  cut(applicationName: string): Promise<void>
}

/** Creates a database with the given migrations applied. `npm test` provides the server in `OIH_TEST_DATABASE_URL`. */
export async function createTestDatabase(
  t: TestContext,
  migrations: readonly Migrations[] = [],
): Promise<TestDatabase> {
  const server = process.env.OIH_TEST_DATABASE_URL
  if (server === undefined) {
    throw new Error('Cannot reach a test database as OIH_TEST_DATABASE_URL is unset: run the tests by "npm test"')
  }
  const name = `test_${randomBytes(8).toString('hex')}`
  await runSql(server, `create database ${name}`)
  const url = withDatabase(server, name)
  const pools: Database[] = []
  t.after(async () => {
    await Promise.all(pools.map((pool) => pool.close()))
    await runSql(server, `drop database if exists ${name} with (force)`)
  })
  await migrate({ url, migrations })
  const open = (options: Partial<DatabaseOptions> = {}) => {
    const pool = createDatabase({ url, role: APP_ROLE, poolSize: 10, ...options })
    pools.push(pool)
    return pool
  }
  const asSuperuser = (sql: string, values: readonly unknown[] = []) => runSql(url, sql, values)
  async function cut(applicationName: string): Promise<void> {
    let left = true
    while (left) {
      const ended = await asSuperuser(
        'select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = $1',
        [applicationName],
      )
      left = ended.length > 0
    }
  }
  return { url, db: open(), open, asSuperuser, cut }
}

function withDatabase(server: string, name: string): string {
  const [address, query] = server.split('?')
  const path = `${(address ?? '').replace(/\/[^/]*$/, '')}/${name}`
  return query === undefined ? path : `${path}?${query}`
}

/** Without a schema in its name a table is in `public`, also where the superuser is named like a schema. */
async function runSql(url: string, sql: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, options: '-c search_path=public' })
  await client.connect()
  try {
    const { rows } = await client.query(sql, values.length === 0 ? undefined : [...values])
    return rows
  } finally {
    await client.end()
  }
}
