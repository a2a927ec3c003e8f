import { DeadlineError, withDeadline } from '../lib/deadline.ts'
import { type Database, isConnectionError, type Queryable } from '../lib/postgres.ts'
import { createTicker } from '../lib/ticker.ts'
import { readHead } from './log-reader.ts'

/** How often an event has happened, and when last, as far as the asker may see. */
export interface TallyRow {
  readonly name: string
  readonly count: number
  readonly lastAt: Date
}

/**
 * Counts the events of local origin by name and tenant, behind the log and at the cost of nobody who writes to it. Any number of
 * processes may have one: each event is counted once.
 */
export interface Tally {
  start(): void
  /** Resolves when all events are counted that have their position now, or after `mostMs`: the counting then goes on by itself. */
  update(mostMs: number): Promise<void>
  /** By name; of the tenant of the transaction, or of everything where it sees that. */
  read(tx: Queryable): Promise<TallyRow[]>
  stop(): Promise<void>
}

/** What counting takes. */
export interface TallyOptions {
  readonly db: Database
  readonly onError: (error: unknown) => void
  /** How often to count what nobody asked about. Default 10,000 ms. */
  readonly everyMs?: number
}

/** Positions counted by one statement: some hundred milliseconds, after which others may have the lock. */
const STEP = 20_000

/** Of its own, so that the next statement sees all that the one who held the lock before has done. */
const LOCK = 'select position from event_bus.tally_cursor for update'

/** In the order of the key, so that two can never wait for each other. Bodies do not leave the database. */
const COUNT = `
  with counted as (
    select e.name, event_bus.tenant_of(e.body) as tenant_id, count(*) as count, max(event_bus.made_at(e.id)) as last_at
      from event_bus.position p join event_bus.event e on e.seq = p.seq
     where p.position > $1 and p.position <= $2 and e.origin = ''
     group by 1, 2
  ), added as (
    insert into event_bus.tally as t (name, tenant_id, count, last_at)
    select name, tenant_id, count, last_at from counted order by name, tenant_id
        on conflict on constraint tally_of
        do update set count = t.count + excluded.count, last_at = greatest(t.last_at, excluded.last_at)
  )
  update event_bus.tally_cursor set position = $2`

/** Creates the tally of this process; it counts by itself once it is started. */
export function createTally({ db, onError, everyMs = 10_000 }: TallyOptions): Tally {
  let counted = 0
  let stepping: Promise<void> | undefined
  let active = true
  const ticker = createTicker({ everyMs, tick: () => countAll().catch(report) })

  function report(error: unknown): void {
    if (!isConnectionError(error)) onError(error)
  }

  async function step(): Promise<void> {
    counted = await db.transaction('everything', async (tx) => {
      const [cursor] = await tx.query<{ position: number }>(LOCK)
      const from = cursor?.position ?? 0
      const until = Math.min(await readHead(tx), from + STEP)
      if (until > from) await tx.query(COUNT, [from, until])
      return Math.max(from, until)
    })
  }

  /** One step at a time, whoever asks: others would only wait for its lock, each with a connection. */
  async function countAll(): Promise<void> {
    const head = await readHead(db)
    while (active && counted < head) {
      stepping ??= step().finally(() => {
        stepping = undefined
      })
      await stepping
    }
  }

  return {
    start: () => ticker.start(),
    async update(mostMs) {
      const work = countAll()
      await withDeadline(work, mostMs, 'Counting').catch((error: unknown) => {
        if (!(error instanceof DeadlineError)) throw error
        work.catch(report)
      })
    },
    async read(tx) {
      const rows = await tx.query<{ name: string; count: number; last_at: Date }>(
        'select name, sum(count)::bigint as count, max(last_at) as last_at from event_bus.tally group by name',
      )
      return rows.map(({ name, count, last_at }) => ({ name, count, lastAt: last_at }))
    },
    async stop() {
      active = false
      await ticker.stop()
      await stepping?.catch(() => undefined)
    },
  }
}
