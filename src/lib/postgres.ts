import { AsyncLocalStorage } from 'node:async_hooks'
import pg from 'pg'

/**
 * Which tenants' rows a transaction may see and write, enforced by row-level security: one tenant's, every tenant's, or
 * (the default) those of no tenant at all, which leaves only tables that belong to nobody.
 */
export type Scope = { readonly tenant: string } | 'everything' | 'nothing'

/** A statement. With a `name` it is prepared once per connection; the name must be unique to the text. */
export type Statement = string | { readonly name: string; readonly text: string }

// biome-ignore lint/suspicious/noExplicitAny: a row has the shape that the statement's author states
type Row = Record<string, any>

/** What can run SQL: a database (each statement its own transaction, scope `nothing`), a transaction, or a session. */
export interface Queryable {
  /** Runs one statement and resolves to its rows. `bigint` columns arrive as numbers, `timestamptz` as `Date`. */
  query<R extends Row = Row>(statement: Statement, values?: readonly unknown[]): Promise<R[]>
}

/** An open transaction. It ends with the promise of the function that received it; do not keep it. */
export interface Tx extends Queryable {
  /** Calls back once the transaction has committed; never after a rollback. */
  afterCommit(callback: () => void): void
}

/** A connection of its own, outside the pool: for `LISTEN` and for session-level locks. */
export interface Session extends Queryable {
  onNotification(callback: (channel: string, payload: string) => void): void
  /** Called once when the connection is lost; not after `close()`. */
  onLost(callback: () => void): void
  close(): Promise<void>
}

export interface Database extends Queryable {
  /** Runs `work` in one transaction and commits it; whatever it throws rolls back and is thrown on. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  transaction<T>(scope: Scope, work: (tx: Tx) => Promise<T>): Promise<T>
  /** Opens a connection of its own. `settings` are PostgreSQL run-time parameters for that connection. */
  session(settings?: Record<string, string>): Promise<Session>
  /** Waits for the transactions under way, then closes all pooled connections. */
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** `postgres://` address; the login must be allowed to `SET ROLE` to `role`. */
  readonly url: string
  /** The role every connection takes on. Default: the login's own. Requests run as `oih_app`. */
  readonly role?: string
  /** Most connections in the pool. Default 20. */
  readonly poolSize?: number
  /** Told of errors on idle connections, which nobody else would hear. */
  readonly onIdleError?: (error: Error) => void
}

const INT8 = 20
const openTransaction = new AsyncLocalStorage<true>()

/** True while the caller runs inside `Database.transaction`: no other service may be called then. */
export function insideTransaction(): boolean {
  return openTransaction.getStore() === true
}

/** Opens a pool of connections. Nothing connects before the first use. */
export function createDatabase(options: DatabaseOptions): Database {
  const connection = connectionOptions(options)
  const pool = new pg.Pool({
    ...connection,
    max: options.poolSize ?? 20,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 15_000,
  })
  pool.on('error', (error) => options.onIdleError?.(error))

  async function transaction<T>(...args: [(tx: Tx) => Promise<T>] | [Scope, (tx: Tx) => Promise<T>]): Promise<T> {
    const [scope, work] = args.length === 1 ? (['nothing', args[0]] as const) : args
    const client = await pool.connect()
    const callbacks: (() => void)[] = []
    const tx: Tx = {
      query: (statement, values) => runQuery(client, statement, values),
      afterCommit: (callback) => void callbacks.push(callback),
    }
    let broken: Error | undefined
    try {
      await client.query(beginText(scope))
      const result = await openTransaction.run(true, () => work(tx))
      await commit(client)
      for (const callback of callbacks) callback()
      return result
    } catch (error) {
      await client.query('ROLLBACK').catch((rollbackError: Error) => {
        broken = rollbackError
      })
      throw error
    } finally {
      client.release(broken)
    }
  }

  return {
    query: (statement, values) => runQuery(pool, statement, values),
    transaction,
    session: (settings) => openSession(options, settings),
    close: () => pool.end(),
  }
}

async function openSession(options: DatabaseOptions, settings: Record<string, string> = {}): Promise<Session> {
  const client = new pg.Client(connectionOptions(options, settings))
  let lost = false
  let closing = false
  const lostCallbacks: (() => void)[] = []
  const onEnd = () => {
    if (lost || closing) return
    lost = true
    for (const callback of lostCallbacks) callback()
  }
  client.on('error', onEnd)
  client.on('end', onEnd)
  await client.connect()
  return {
    query: (statement, values) => runQuery(client, statement, values),
    onNotification: (callback) =>
      void client.on('notification', (message) => callback(message.channel, message.payload ?? '')),
    onLost: (callback) => (lost ? callback() : void lostCallbacks.push(callback)),
    async close() {
      closing = true
      await client.end().catch(() => undefined)
    },
  }
}

function connectionOptions(options: DatabaseOptions, settings: Record<string, string> = {}): pg.ClientConfig {
  const parameters = { ...(options.role === undefined ? {} : { role: options.role }), ...settings }
  const text = Object.entries(parameters)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, '\\$&')}`)
    .join(' ')
  return {
    connectionString: options.url,
    keepAlive: true,
    types: { getTypeParser: typeParser },
    ...(text === '' ? {} : { options: text }),
  }
}

function typeParser(oid: number, format?: 'text' | 'binary') {
  return oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')
}

async function runQuery<R extends Row>(
  client: pg.Pool | pg.PoolClient | pg.Client,
  statement: Statement,
  values: readonly unknown[] = [],
): Promise<R[]> {
  const query = typeof statement === 'string' ? { text: statement } : statement
  const result = await (client as pg.Client).query<R>({ ...query, values: [...values] })
  return result.rows
}

function beginText(scope: Scope): string {
  if (scope === 'nothing') return 'BEGIN'
  const tenant = scope === 'everything' ? '*' : scope.tenant
  return `BEGIN; SELECT set_config('oih.tenant', ${pg.escapeLiteral(tenant)}, true)`
}

/**
 * `COMMIT` in a transaction that an error has aborted succeeds as `ROLLBACK`: work that swallowed a failed statement would
 * be reported as done and be lost.
 */
async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT')
  if (command !== 'COMMIT') throw new Error('Cannot commit as an earlier statement of the transaction failed')
}

/** True for failures of the connection or the server, not of the statement: the same work may succeed later. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string' && /^(08...|57P0[123]|53300|ECONN.*|ENOENT|EPIPE|ETIMEDOUT)$/.test(code)) return true
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/.test(
    error.message,
  )
}

/** True where PostgreSQL asks for the transaction to be run again: serialization failure, deadlock. */
export function isSerializationError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === '40001' || code === '40P01'
}
