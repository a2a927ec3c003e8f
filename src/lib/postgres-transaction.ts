import { AsyncLocalStorage } from 'node:async_hooks'
import type { Socket } from 'node:net'
import pg from 'pg'
import type { Row, Scope, Statement, Tx } from './postgres.ts'
import { ConnectionLostError } from './postgres-connection.ts'

const openTransaction = new AsyncLocalStorage<true>()

/** True while the caller runs inside `Database.transaction`: no other service may be called then. */
export function insideTransaction(): boolean {
  return openTransaction.getStore() === true
}

/** Runs `work` in a transaction on the connection, which it gives back to the pool. */
export async function runTransaction<T>(
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
    // Where the work asked for nothing before, all goes out in one write.
    await Promise.all([begun, commit(client, deferred)])
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

/** Runs one statement in a transaction of its own, all in one write; gives the connection back to the pool. */
export async function runAlone<R extends Row>(
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

/** Runs one statement and resolves to its rows. */
export async function runQuery<R extends Row>(
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

/** SQL that begins a transaction of this scope. A tenant's id may come from outside, and `*` in its place would open every tenant's rows. */
export function beginText(scope: Scope): string {
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
