import { AsyncLocalStorage } from 'node:async_hooks'
import pg from 'pg'
import type { Row, Scope, Statement, Tx } from './postgres.ts'
import { type BatchStatement, isUnclear, sendable, sendBatch, Unsendable } from './postgres-batch.ts'
import { ConnectionLostError, isConnectionError } from './postgres-connection.ts'

const openTransaction = new AsyncLocalStorage<true>()

/** True while the caller runs inside `Database.transaction`: no other service may be called then. */
export function insideTransaction(): boolean {
  return openTransaction.getStore() === true
}

/** Runs `work` in a transaction on the connection, which it gives back to the pool. */
export async function runTransaction<T>(
  client: pg.PoolClient,
  scope: BatchStatement | undefined,
  callbacks: (() => void)[],
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  // The pool listens to idle connections only, and an `error` event that nobody hears ends the process. What the connection is
  // used for next fails anyway.
  const onBroken = () => undefined
  client.on('error', onBroken)
  const statements = createStatements(client, scope)
  let open = true
  let broken: Error | undefined
  const deferred: BatchStatement[] = []
  const assertOpen = (action: string) => {
    // The connection may already serve another transaction, perhaps another tenant's.
    if (!open) throw new Error(`Cannot ${action} as its transaction must be open: it has ended`)
  }
  const tx: Tx = {
    defer(statement, values) {
      assertOpen('defer a statement')
      deferred.push(toBatchStatement(statement, values))
    },
    query<R extends Row>(statement: Statement, values?: readonly unknown[]) {
      try {
        assertOpen('run a statement')
      } catch (error) {
        return Promise.reject(error)
      }
      return statements.run<R>(toBatchStatement(statement, values))
    },
    afterCommit(callback) {
      assertOpen('call back after the commit')
      callbacks.push(callback)
    },
  }
  try {
    const result = await openTransaction.run(true, () => work(tx))
    open = false
    await statements.commit(deferred)
    return result
  } catch (error) {
    open = false
    await statements.rollBack(error).catch((rollbackError: Error) => {
      broken = rollbackError
    })
    throw broken === undefined ? error : new ConnectionLostError(error)
  } finally {
    client.off('error', onBroken)
    client.release(broken ?? isUnclear(client))
  }
}

/** The statements of one transaction. Those asked for in one turn go out together, and the first of all with the beginning. */
interface Statements {
  run<R extends Row>(statement: BatchStatement): Promise<R[]>
  /** Sends the last ones and the commit in one go. */
  commit(last: readonly BatchStatement[]): Promise<void>
  /** What has not been sent yet, because of the error that ends the transaction, never will be. */
  rollBack(error: unknown): Promise<void>
}

interface Waiting {
  readonly statement: BatchStatement
  readonly resolve: (rows: Row[]) => void
  readonly reject: (error: unknown) => void
}

const BEGIN: BatchStatement = { name: 'begin', text: 'BEGIN' }
const COMMIT: BatchStatement = { name: 'commit', text: 'COMMIT' }

/** Work that swallowed a failed statement must not be reported as done: it would be lost. */
function notCommitted(cause?: unknown): Error {
  return new Error('Cannot commit as an earlier statement of the transaction failed', { cause })
}

function createStatements(client: pg.PoolClient, scope: BatchStatement | undefined): Statements {
  let beginning = [BEGIN, ...(scope ? [sendable(client, scope)] : [])]
  let waiting: Waiting[] = []
  /** What was sent last; resolves to the error with which it failed. */
  let last: Promise<unknown> = Promise.resolve()

  async function send(statements: readonly BatchStatement[]): Promise<pg.Result[]> {
    const before = beginning
    beginning = []
    const results = await sendBatch(client, [...before, ...statements])
    return results.slice(before.length)
  }

  function flush(): void {
    if (waiting.length === 0) return
    const sent = waiting
    waiting = []
    last = send(sent.map(({ statement }) => statement)).then(
      (results) => {
        for (const [index, { resolve }] of sent.entries()) resolve(results[index]?.rows ?? [])
      },
      (error: unknown) => {
        for (const { reject } of sent) reject(error)
        return error
      },
    )
  }

  function run<R extends Row>(statement: BatchStatement): Promise<R[]> {
    const rows = new Promise<R[]>((resolve, reject) => {
      const ready = sendable(client, statement)
      if (waiting.length === 0) process.nextTick(flush)
      waiting.push({ statement: ready, resolve: resolve as (rows: Row[]) => void, reject })
    })
    // Where nobody waits for it, the commit finds out.
    rows.catch(() => undefined)
    return rows
  }

  return {
    run,
    async commit(deferred) {
      const error = await last
      if (error !== undefined) throw notCommitted(error)
      const ready = deferred.map((statement) => sendable(client, statement))
      const unasked = waiting
      waiting = []
      const results = await send([...unasked.map(({ statement }) => statement), ...ready, COMMIT]).catch((error) => {
        for (const { reject } of unasked) reject(error)
        throw error
      })
      for (const [index, { resolve }] of unasked.entries()) resolve(results[index]?.rows ?? [])
      // In a transaction that an error has aborted, `COMMIT` succeeds as `ROLLBACK`.
      if (results.at(-1)?.command !== 'COMMIT') throw notCommitted()
    },
    async rollBack(error) {
      for (const { reject } of waiting) reject(error)
      waiting = []
      if (beginning.length === 0) await client.query('ROLLBACK')
    },
  }
}

/** Runs one statement in a transaction of its own, all in one go; gives the connection back to the pool. */
export async function runAlone<R extends Row>(
  client: pg.PoolClient,
  scope: BatchStatement | undefined,
  statement: Statement,
  values: readonly unknown[] | undefined,
): Promise<R[]> {
  const onBroken = () => undefined
  client.on('error', onBroken)
  let broken: Error | undefined
  try {
    const batch = [...(scope ? [scope] : []), toBatchStatement(statement, values)]
    const results = await sendBatch(
      client,
      batch.map((one) => sendable(client, one)),
    )
    return results.at(-1)?.rows ?? []
  } catch (error) {
    if (error instanceof Unsendable || (error instanceof pg.DatabaseError && !isConnectionError(error))) throw error
    broken = new ConnectionLostError(error)
    throw broken
  } finally {
    client.off('error', onBroken)
    client.release(broken ?? isUnclear(client))
  }
}

function toBatchStatement(statement: Statement, values: readonly unknown[] = []): BatchStatement {
  return typeof statement === 'string'
    ? { text: statement, values }
    : { name: statement.name, text: statement.text, values }
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

/** Names of the statements that make settings, by their text: there are as many as combinations of settings in the code. */
const settingNames = new Map<string, string>()

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The statement that gives a transaction its scope and settings; undefined where there is nothing to give. A tenant's id may come from
 * outside, and `*` in its place would open every tenant's rows.
 */
export function scopeStatement(
  scope: Scope,
  settings: Readonly<Record<string, string>> = {},
): BatchStatement | undefined {
  if (typeof scope === 'object' && !UUID.test(scope.tenant)) {
    throw new Error('Cannot begin a transaction as the id of its tenant must be a UUID')
  }
  const tenant = scope === 'everything' ? '*' : typeof scope === 'object' ? scope.tenant : undefined
  const wanted = { ...(tenant === undefined ? {} : { 'oih.tenant': tenant }), ...settings }
  const names = Object.keys(wanted)
  if (names.length === 0) return undefined
  const text = `select ${names.map((name, index) => `set_config('${name}', $${index + 1}, true)`).join(', ')}`
  const name = settingNames.get(text) ?? `set-${settingNames.size + 1}`
  settingNames.set(text, name)
  return {
    name,
    text,
    values: Object.values(wanted),
    silent: true,
  }
}
