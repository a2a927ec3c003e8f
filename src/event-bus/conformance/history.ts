import fc from 'fast-check'
import type { BusProcess } from '../../../test/support/bus.ts'
import { type Database, isConnectionError, type Tx } from '../../lib/postgres.ts'

/** One writer's transaction: what it changes, and how it ends. */
export interface WriterPlan {
  /** Takes its transaction number before it waits for any key, by writing elsewhere. */
  readonly writesElsewhereFirst: boolean
  /** Keys it changes, ascending so that writers cannot wait for each other in a circle; a key may come several times. */
  readonly keys: readonly number[]
  /** `cut` ends the connection after that many changes, `cut at commit` while it commits: nobody knows the outcome. */
  readonly end: 'commit' | 'roll back' | 'cut' | 'cut at commit'
}

/** A few writers and the order in which their steps come; a turn whose writer would have to wait for a key goes to the next one. */
export interface History {
  readonly writers: readonly WriterPlan[]
  readonly turns: readonly number[]
}

/** The ordering keys of a history. */
export const KEYS = 3

const writer: fc.Arbitrary<WriterPlan> = fc.record({
  writesElsewhereFirst: fc.boolean(),
  keys: fc.array(fc.nat(KEYS - 1), { minLength: 1, maxLength: 4 }).map((keys) => keys.toSorted((a, b) => a - b)),
  end: fc.oneof(
    { weight: 16, arbitrary: fc.constant('commit' as const) },
    { weight: 3, arbitrary: fc.constant('roll back' as const) },
    { weight: 1, arbitrary: fc.constant('cut' as const) },
    { weight: 1, arbitrary: fc.constant('cut at commit' as const) },
  ),
})

/** Random histories. */
export const histories: fc.Arbitrary<History> = fc.record({
  writers: fc.array(writer, { minLength: 1, maxLength: 3 }),
  turns: fc.array(fc.nat(2), { minLength: 20, maxLength: 20 }),
})

interface Writer {
  readonly plan: WriterPlan
  readonly held: Set<number>
  tx: OpenTransaction | undefined
  changes: number
  ended: boolean
}

/** Runs the writers of one history, step by step in its order. The outcome is what the table `counter` holds then. */
export async function runHistory(
  id: number,
  history: History,
  publisher: BusProcess,
  cut: (pid: number) => Promise<unknown>,
) {
  const writers: Writer[] = history.writers.map((plan) => ({
    plan,
    held: new Set(),
    tx: undefined,
    changes: 0,
    ended: false,
  }))
  for (let turn = 0; writers.some(({ ended }) => !ended); turn += 1) {
    const open = writers.filter((one) => !one.ended && canGoOn(one, writers))
    // Keys are taken in ascending order, so somebody can always go on.
    const next = open[(history.turns[turn % history.turns.length] ?? 0) % open.length]
    if (next === undefined) throw new Error('Cannot go on as a writer must be free to')
    await step(id, next, publisher, cut).catch((error: unknown) => endBroken(next, error))
  }
}

/** A cut may arrive late, when the connection already serves another writer: then that one's work is undone. */
async function endBroken(one: Writer, error: unknown): Promise<void> {
  await one.tx?.rollBack()
  if (!isConnectionError(error)) throw error
  one.held.clear()
  one.ended = true
}

function canGoOn({ plan, changes, held }: Writer, writers: readonly Writer[]): boolean {
  const key = plan.keys[changes]
  return key === undefined || held.has(key) || !writers.some((other) => other.held.has(key))
}

async function step(
  id: number,
  one: Writer,
  publisher: BusProcess,
  cut: (pid: number) => Promise<unknown>,
): Promise<void> {
  const { plan } = one
  if (one.tx === undefined) {
    one.tx = await openTransaction(publisher.db)
    if (plan.writesElsewhereFirst) await one.tx.tx.query('insert into elsewhere (history) values ($1)', [id])
    return
  }
  const key = plan.keys[one.changes]
  if (key === undefined) {
    await end(one.tx, plan.end, cut)
    one.held.clear()
    one.ended = true
    return
  }
  one.held.add(key)
  const [row] = await one.tx.tx.query<{ n: number }>(
    'update counter set n = n + 1 where history = $1 and key = $2 returning n',
    [id, key],
  )
  const payload = { id: `${id}/${key}`, history: id, key, n: row?.n }
  await publisher.service.publish(one.tx.tx, { name: 'counter.changed', payload })
  one.changes += 1
}

async function end(
  open: OpenTransaction,
  how: WriterPlan['end'],
  cut: (pid: number) => Promise<unknown>,
): Promise<void> {
  if (how === 'commit') return open.commit()
  if (how === 'roll back') return open.rollBack()
  if (how === 'cut') {
    await cut(open.pid)
    return open.rollBack()
  }
  await Promise.all([cut(open.pid), open.commit().catch(() => undefined)])
}

interface OpenTransaction {
  readonly tx: Tx
  readonly pid: number
  commit(): Promise<void>
  rollBack(): Promise<void>
}

/** A transaction in the hands of the caller. */
async function openTransaction(db: Database): Promise<OpenTransaction> {
  const opened = Promise.withResolvers<{ tx: Tx; pid: number }>()
  const ending = Promise.withResolvers<void>()
  const ended = db.transaction(async (tx) => {
    const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid')
    // A backend has a process.
    opened.resolve({ tx, pid: row?.pid as number })
    await ending.promise
  })
  ended.catch(opened.reject)
  return {
    ...(await opened.promise),
    commit() {
      ending.resolve()
      return ended
    },
    rollBack() {
      ending.reject(new Error('rolled back'))
      return ended.catch(() => undefined)
    },
  }
}
