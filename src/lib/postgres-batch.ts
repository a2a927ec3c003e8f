import pg from 'pg'
import { messageOf } from './errors.ts'
import { rowTypes } from './postgres-connection.ts'

/** A statement of a batch; with a `name` it is prepared once per connection. */
export interface BatchStatement {
  readonly name?: string | undefined
  readonly text: string
  readonly values?: readonly unknown[] | undefined
  /** Its rows are of no interest: they are not described, and not kept. */
  readonly silent?: true
}

/** What `pg` keeps of a connection; shown to JavaScript, though not to the types. */
interface Wire extends Pick<pg.Connection, 'stream' | 'sync'> {
  readonly parsedStatements: Record<string, string>
  parse(message: { readonly name: string; readonly text: string; readonly types: readonly number[] }): void
  bind(message: { readonly portal: string; readonly statement: string; readonly values: readonly unknown[] }): void
  describe(message: { readonly type: 'P'; readonly name: string }): void
  execute(message: { readonly portal: string; readonly rows: number }): void
}

type Fields = Parameters<Result['addFields']>[0]
type Result = pg.Result & {
  addFields(fields: readonly unknown[]): void
  addRow(row: unknown): void
  addCommandComplete(message: unknown): void
  parseRow(fields: readonly unknown[]): unknown
}
const { Result: PlainResult, utils } = pg as unknown as {
  Result: new (rowMode: undefined, types: typeof rowTypes) => Result
  utils: { prepareValue(value: unknown): unknown }
}

/** Connections on which a statement may or may not have been prepared: they are not used again. */
const unclear = new WeakSet<pg.ClientBase>()

/** Whether the connection must be closed, as a batch that failed has left open what is prepared on it. */
export function isUnclear(client: pg.ClientBase): boolean {
  return unclear.has(client)
}

/** A statement that cannot be sent at all. */
export class Unsendable extends Error {}

/**
 * The statement with its values in the form in which they are sent. Throws `Unsendable` when a value has none, or the name stands for another
 * statement already.
 */
export function sendable(client: pg.ClientBase, statement: BatchStatement): BatchStatement {
  const { name, text, values = [] } = statement
  if (name !== undefined && (wireOf(client).parsedStatements[name] ?? text) !== text) {
    throw new Unsendable(`Cannot send statement "${name}" as a name must stand for one text`)
  }
  try {
    return { ...statement, values: values.map((value) => utils.prepareValue(value)) }
  } catch (error) {
    throw new Unsendable(`Cannot send a value: ${messageOf(error)}`, { cause: error })
  }
}

/**
 * Sends statements that are `sendable` in one go and resolves to their results. Without `BEGIN` they are one transaction, committed when this
 * resolves. Sent by themselves each would have its own end of transaction, its own answer and its own wake-ups on both sides: with `BEGIN`, a
 * setting and `COMMIT` around a short statement most of the time goes there. Rejects with the error of the first that fails; those behind
 * it do nothing.
 */
export function sendBatch(client: pg.ClientBase, statements: readonly BatchStatement[]): Promise<pg.Result[]> {
  return new Promise<pg.Result[]>((resolve, reject) => {
    client.query(new Batch(statements, { resolve, reject, onUnclear: () => unclear.add(client) }))
  }).catch((error: unknown) => {
    // The stack of an answer leads to the socket; this one leads to the caller.
    if (error instanceof Error) Error.captureStackTrace(error)
    throw error
  })
}

function wireOf(client: pg.ClientBase): Wire {
  return (client as unknown as { connection: Wire }).connection
}

interface Outcome {
  resolve(results: pg.Result[]): void
  reject(error: unknown): void
  onUnclear(): void
}

/** `pg` hands each answer of the server to the query whose turn it is; in a pipeline it takes no other class than its own. */
class Batch extends pg.Query {
  readonly #statements: readonly BatchStatement[]
  readonly #outcome: Outcome
  readonly #results: Result[] = []
  /** Places of the statements that are prepared by this batch, not before. */
  readonly #fresh = new Map<number, string>()
  #prepared: Wire['parsedStatements'] = {}
  #failure: { readonly error: unknown } | undefined

  constructor(statements: readonly BatchStatement[], outcome: Outcome) {
    super({ text: 'batch' })
    this.#statements = statements
    this.#outcome = outcome
    this.#next()
  }

  #next(): void {
    this.#results.push(new PlainResult(undefined, rowTypes))
  }

  get #current(): Result {
    // There is always one more than statements that are done.
    return this.#results.at(-1) as Result
  }

  override submit = (connection: unknown): void => {
    const wire = connection as Wire
    this.#prepared = wire.parsedStatements
    wire.stream.cork()
    try {
      for (const [place, statement] of this.#statements.entries()) this.#write(wire, statement, place)
      wire.sync()
    } catch (error) {
      // Half a batch is on its way: nothing sensible can follow it.
      wire.stream.destroy(error instanceof Error ? error : undefined)
      throw error
    } finally {
      wire.stream.uncork()
    }
  }

  #write(wire: Wire, statement: BatchStatement, place: number): void {
    const { name = '', text, values = [] } = statement
    if (name === '' || wire.parsedStatements[name] === undefined) {
      wire.parse({ name, text, types: [] })
      if (name !== '') {
        wire.parsedStatements[name] = text
        this.#fresh.set(place, name)
      }
    } else if (wire.parsedStatements[name] !== text) {
      throw new Error(`Cannot send statement "${name}" as a name must stand for one text`)
    }
    wire.bind({ portal: '', statement: name, values })
    if (!statement.silent) wire.describe({ type: 'P', name: '' })
    wire.execute({ portal: '', rows: 0 })
  }

  handleRowDescription({ fields }: { fields: Fields }): void {
    this.#current.addFields(fields)
  }

  handleDataRow({ fields }: { fields: unknown[] }): void {
    const result = this.#current
    if (this.#failure !== undefined || this.#statements[this.#results.length - 1]?.silent) return
    try {
      result.addRow(result.parseRow(fields))
    } catch (error) {
      this.#failure = { error }
    }
  }

  handleCommandComplete(message: unknown): void {
    this.#current.addCommandComplete(message)
    this.#next()
  }

  handleEmptyQuery(): void {
    this.#next()
  }

  /** What stands behind the statement that failed was not prepared. That one was if it failed by its values; otherwise nobody knows. */
  handleError(error: unknown): void {
    const failed = this.#results.length - 1
    const code = error instanceof pg.DatabaseError ? (error.code ?? '') : ''
    for (const [place, name] of this.#fresh) {
      if (place > failed || (place === failed && code === IN_FAILED_TRANSACTION)) delete this.#prepared[name]
    }
    const isKnown = code === IN_FAILED_TRANSACTION || BY_VALUES.test(code)
    if (OUT_OF_STEP.test(code) || (this.#fresh.has(failed) && !isKnown)) this.#outcome.onUnclear()
    this.#outcome.reject(error)
  }

  handleReadyForQuery(): void {
    if (this.#failure !== undefined) this.#outcome.reject(this.#failure.error)
    else this.#outcome.resolve(this.#results.slice(0, -1))
  }
}

/** SQLSTATE of whatever comes after an error in a transaction; it is not even prepared. */
const IN_FAILED_TRANSACTION = '25P02'
/** SQLSTATEs of statements that were read and prepared, and then met their values or other rows: data, integrity, `raise`, serialization. */
const BY_VALUES = /^(22|23|P0|40001)/
/** SQLSTATEs of a connection whose prepared statements are not what we take them for, or must be made anew after a migration. */
const OUT_OF_STEP = /^(26000|42P05|0A000)$/
