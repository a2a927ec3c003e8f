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
  await asSuperuser(server, `create database ${name}`)
  const url = withDatabase(server, name)
  const pools: Database[] = []
  t.after(async () => {
    await Promise.all(pools.map((pool) => pool.close()))
    await asSuperuser(server, `drop database if exists ${name} with (force)`)
  })
  await migrate({ url, migrations })
  const open = (options: Partial<DatabaseOptions> = {}) => {
    const pool = createDatabase({ url, role: APP_ROLE, poolSize: 10, ...options })
    pools.push(pool)
    return pool
  }
  return { url, db: open(), open }
}

function withDatabase(server: string, name: string): string {
  const [address, query] = server.split('?')
  const path = `${(address ?? '').replace(/\/[^/]*$/, '')}/${name}`
  return query === undefined ? path : `${path}?${query}`
}

async function asSuperuser(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
