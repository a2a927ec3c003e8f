import pg from 'pg'
import {
  ConnectionLostError,
  type ConnectionOptions,
  connectionConfig,
  isConnectionError,
} from './postgres-connection.ts'
import { runAlone, runQuery, runTransaction, scopeStatement } from './postgres-transaction.ts'

export { ConnectionLostError, isConnectionError, isSerializationError } from './postgres-connection.ts'
export { insideTransaction } from './postgres-transaction.ts'

/**
 * Which tenants' rows a transaction may see and write, enforced by row-level security: one tenant's, every tenant's, or
 * (the default) those of no tenant at all, which leaves only tables that belong to nobody.
 */
export type Scope = { readonly tenant: string } | 'everything' | 'nothing'

/**
 * A statement. With a `name` it is prepared once per connection; the name must be unique to the text. `settings` are PostgreSQL run-time
 * parameters for this statement alone; trusted text, heeded by `queryAs` only.
 */
export type Statement =
  | string
  | { readonly name: string; readonly text: string; readonly settings?: Readonly<Record<string, string>> }

/**
 * Settings for a statement that goes by its indexes whatever the tables hold: planned once per connection, not for the values of each call,
 * and never by reading whole tables, which the planner, not knowing the values, might prefer.
 */
export const BY_INDEX = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
} as const

/** A row of an answer. */
// biome-ignore lint/suspicious/noExplicitAny: a row has the shape that the statement's author states
export type Row = Record<string, any>

/** What can run SQL: a database (each statement its own transaction, scope `nothing`), a transaction, or a session. */
export interface Queryable {
  /** Runs one statement and resolves to its rows. `bigint` columns arrive as numbers, `timestamptz` as `Date`. */
  query<R extends Row = Row>(statement: Statement, values?: readonly unknown[]): Promise<R[]>
}

/** An open transaction. It ends with the promise of the function that received it; used later it throws. */
export interface Tx extends Queryable {
  /**
   * Has the statement run with the commit, after all others and in the order of the calls, in the same round trip. If it fails, the
   * transaction rolls back and throws its error.
   */
  defer(statement: Statement, values?: readonly unknown[]): void
  /** Calls back once the transaction has committed; never after a rollback. The callback must not throw. */
  afterCommit(callback: () => void): void
}

/** A connection of its own, outside the pool: for `LISTEN` and for session-level locks. */
export interface Session extends Queryable {
  onNotification(callback: (channel: string, payload: string) => void): void
  /** Called once when the connection is lost; not after `close()`. */
  onLost(callback: () => void): void
  close(): Promise<void>
}

/** A pool of connections to one database. */
export interface Database extends Queryable {
  /**
   * Runs `work` in one transaction and commits it; whatever it throws rolls back and is thrown on. Throws `ConnectionLostError`
   * when the connection broke meanwhile.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  transaction<T>(scope: Scope, work: (tx: Tx) => Promise<T>): Promise<T>
  /** Runs one statement in a transaction of its own with a scope: one round trip, where `transaction` takes two. */
  queryAs<R extends Row = Row>(scope: Scope, statement: Statement, values?: readonly unknown[]): Promise<R[]>
  /** Opens a connection of its own. `settings` are PostgreSQL run-time parameters for that connection. */
  session(settings?: Record<string, string>): Promise<Session>
  /** Waits for the transactions under way, then closes all pooled connections. */
  close(): Promise<void>
}

/** How to connect. */
export interface DatabaseOptions extends ConnectionOptions {
  /** Most connections in the pool. Default 20. */
  readonly poolSize?: number
  /** Told of what nobody else would hear: errors on idle connections, callbacks after a commit that threw. */
  readonly onIdleError?: (error: Error) => void
}

/** Most time that connecting, or waiting for a pooled connection, may take. */
const CONNECT_MS = 15_000

/** Opens a pool of connections. Nothing connects before the first use. */
export function createDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    ...connectionConfig(options),
    // A statement need not wait for the answer to the one before.
    pipeline: true,
    max: options.poolSize ?? 20,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: CONNECT_MS,
  })
  let closed: Promise<void> | undefined
  // Once closing, a connection that the server ends first is no news.
  pool.on('error', (error) => closed ?? options.onIdleError?.(error))

  async function transaction<T>(...args: [(tx: Tx) => Promise<T>] | [Scope, (tx: Tx) => Promise<T>]): Promise<T> {
    const [scope, work] = args.length === 1 ? (['nothing', args[0]] as const) : args
    const first = scopeStatement(scope)
    const client = await connect()
    const callbacks: (() => void)[] = []
    const result = await runTransaction(client, first, callbacks, work)
    for (const callback of callbacks) reportThrown(callback)
    return result
  }

  async function queryAs<R extends Row>(scope: Scope, statement: Statement, values?: readonly unknown[]): Promise<R[]> {
    // Before connecting: what throws then would keep the connection.
    const first = scopeStatement(scope, typeof statement === 'string' ? {} : statement.settings)
    return runAlone<R>(await connect(), first, statement, values)
  }

  function connect(): Promise<pg.PoolClient> {
    return pool.connect().catch((error: unknown) => {
      throw isConnectionError(error) ? new ConnectionLostError(error) : error
    })
  }

  /** The work is committed: a callback that throws must not make it look otherwise. */
  function reportThrown(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      options.onIdleError?.(error instanceof Error ? error : new Error(String(error)))
    }
  }

  return {
    query: (statement, values) => runQuery(pool, statement, values),
    transaction,
    queryAs,
    session: (settings) => openSession(options, settings),
    close: () => {
      closed ??= pool.end()
      return closed
    },
  }
}

async function openSession(options: DatabaseOptions, settings?: Record<string, string>): Promise<Session> {
  const client = new pg.Client({ ...connectionConfig(options, settings), connectionTimeoutMillis: CONNECT_MS })
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
