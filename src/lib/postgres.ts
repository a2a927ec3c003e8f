import { AsyncLocalStorage } from 'node:async_hooks'
import type { Socket } from 'node:net'
import pg from 'pg'
import {
  ConnectionLostError,
  type ConnectionOptions,
  connectionConfig,
  isConnectionError,
} from './postgres-connection.ts'

export { ConnectionLostError, isConnectionError, isSerializationError } from './postgres-connection.ts'

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

// biome-ignore lint/suspicious/noExplicitAny: a row has the shape that the statement's author states
type Row = Record<string, any>

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

const openTransaction = new AsyncLocalStorage<true>()

/** True while the caller runs inside `Database.transaction`: no other service may be called then. */
export function insideTransaction(): boolean {
  return openTransaction.getStore() === true
}

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
    const begin = beginText(scope)
    const client = await connect()
    const callbacks: (() => void)[] = []
    const result = await runTransaction(client, begin, callbacks, work)
    for (const callback of callbacks) reportThrown(callback)
    return result
  }

  async function queryAs<R extends Row>(scope: Scope, statement: Statement, values?: readonly unknown[]): Promise<R[]> {
    const settings = typeof statement === 'string' ? {} : (statement.settings ?? {})
    const local = Object.entries(settings).map(([name, value]) => `; SET LOCAL ${name} = ${value}`)
    return runAlone<R>(await connect(), beginText(scope) + local.join(''), statement, values)
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

async function runTransaction<T>(
  client: pg.PoolClient,
  begin: string,
  callbacks: (() => void)[],
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  // The pool listens to idle connections only, and an `error` event that nobody hears ends the process. What the connection is
  // used for next fails anyway.
  const onBroken = () => undefined
  client.on('error', onBroken)
  let open = true
  let broken: Error | undefined
  const deferred: (() => Promise<unknown>)[] = []
  const tx: Tx = {
    defer(statement, values) {
      if (!open) throw new Error('Cannot defer a statement as its transaction must be open: it has ended')
      deferred.push(() => runQuery(client, statement, values))
    },
    async query(statement, values) {
      // The connection may already serve another transaction, perhaps another tenant's.
      if (!open) throw new Error('Cannot run a statement as its transaction must be open: it has ended')
      return runQuery(client, statement, values)
    },
    afterCommit(callback) {
      if (!open) throw new Error('Cannot call back after the commit as the transaction must be open: it has ended')
      callbacks.push(callback)
    },
  }
  try {
    const uncork = cork(client)
    const begun = client.query(begin)
    // Whoever waits for a later statement hears of it first.
    begun.catch(() => undefined)
    // What the work asks for at once goes out together with the beginning.
    process.nextTick(uncork)
    const result = await openTransaction.run(true, () => work(tx))
    open = false
    await begun
    await commit(client, deferred)
    return result
  } catch (error) {
    open = false
    await client.query('ROLLBACK').catch((rollbackError: Error) => {
      broken = rollbackError
    })
    throw broken === undefined ? error : new ConnectionLostError(error)
  } finally {
    client.off('error', onBroken)
    client.release(broken)
  }
}

/** Sends what was deferred and the commit in one go. */
async function commit(client: pg.PoolClient, deferred: readonly (() => Promise<unknown>)[]): Promise<void> {
  const uncork = cork(client)
  const answers = [...deferred.map((run) => run()), client.query('COMMIT').then(assertCommitted)]
  uncork()
  const failures = (await Promise.allSettled(answers)).flatMap((answer) =>
    answer.status === 'rejected' ? [answer.reason] : [],
  )
  // What follows a failed statement fails as well, and says less.
  if (failures.length > 0) throw failures.find(({ code }) => code !== IN_FAILED_TRANSACTION) ?? failures[0]
}

const IN_FAILED_TRANSACTION = '25P02'

async function runAlone<R extends Row>(
  client: pg.PoolClient,
  begin: string,
  statement: Statement,
  values: readonly unknown[] | undefined,
): Promise<R[]> {
  const onBroken = () => undefined
  client.on('error', onBroken)
  const uncork = cork(client)
  const answers = [client.query(begin), runQuery<R>(client, statement, values), client.query('COMMIT')] as const
  uncork()
  const [begun, result, committed] = await Promise.allSettled(answers)
  client.off('error', onBroken)
  const broken = committed.status === 'rejected' ? committed.reason : undefined
  client.release(broken)
  for (const answer of [begun, result, committed]) {
    if (answer.status === 'rejected')
      throw broken === undefined ? answer.reason : new ConnectionLostError(answer.reason)
  }
  if (committed.status === 'fulfilled') assertCommitted(committed.value)
  return result.status === 'fulfilled' ? result.value : []
}

/** Until the returned function is called, statements gather for one write to the socket. */
function cork(client: pg.PoolClient): () => void {
  // `pg` shows its connection to JavaScript, though not to the types.
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  stream.cork()
  return () => stream.uncork()
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

async function runQuery<R extends Row>(
  client: pg.Pool | pg.PoolClient | pg.Client,
  statement: Statement,
  values: readonly unknown[] = [],
): Promise<R[]> {
  const { name, text } = typeof statement === 'string' ? { name: undefined, text: statement } : statement
  const query = { text, values: [...values], ...(name === undefined ? {} : { name }) }
  const result = await (client as pg.Client).query<R>(query)
  return result.rows
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A tenant's id may come from outside, and `*` in its place would open every tenant's rows. */
function beginText(scope: Scope): string {
  if (scope === 'nothing') return 'BEGIN'
  const tenant = scope === 'everything' ? '*' : scope.tenant
  if (scope !== 'everything' && !UUID.test(tenant)) {
    throw new Error('Cannot begin a transaction as the id of its tenant must be a UUID')
  }
  return `BEGIN; SET LOCAL oih.tenant = ${pg.escapeLiteral(tenant)}`
}

/**
 * `COMMIT` in a transaction that an error has aborted succeeds as `ROLLBACK`: work that swallowed a failed statement would
 * be reported as done and be lost.
 */
function assertCommitted({ command }: pg.QueryResult): void {
  if (command !== 'COMMIT') throw new Error('Cannot commit as an earlier statement of the transaction failed')
}
