import { type Database, isConnectionError, isSerializationError, type Session } from '../lib/postgres.ts'
import { createTicker } from '../lib/ticker.ts'

/**
 * Gives committed events their positions. Every member has one; one of them is active, the holder of an advisory lock. It takes
 * the events whose transactions have committed since its stored snapshot, by comparing snapshots, and stores the new snapshot in
 * the same commit.
 *
 * Why by snapshot difference: `seq` alone skips events of transactions that commit late, waiting for the oldest open transaction
 * lets any open transaction on the server stall all readers, and a lock at append costs more than half of the writers' throughput.
 */
export interface Sequencer {
  start(): void
  /** Events have been committed: look now. Does nothing where another member is active. */
  wake(): void
  active(): boolean
  stop(): Promise<void>
}

export interface SequencerOptions {
  readonly db: Database
  /** Called with the last position after each batch of this process. */
  readonly onAdvance: (lastPosition: number) => void
  readonly onError: (error: unknown) => void
  /** How often members look for new events and for a vacant or stalled lock. Default 500 ms. */
  readonly lookEveryMs?: number
  /** An active sequencer that leaves events without position for this long is put out of office. Default 5,000 ms. */
  readonly stallMs?: number
}

/** Any number, the same for all members of a database. ("oihs" in ASCII.) */
const LOCK = 0x6f696873

/** Rows that have become visible since the stored snapshot. */
const FRESH = `
  select e.seq from event_bus.event e, event_bus.sequencer s where e.xid >= pg_snapshot_xmax(s.snapshot)
  union all
  select e.seq from event_bus.sequencer s cross join lateral pg_snapshot_xip(s.snapshot) as open (xid)
    join event_bus.event e on e.xid = open.xid`

/**
 * One statement under REPEATABLE READ, so that rows, state and the stored snapshot are of one moment, and so that two sequencers
 * can never both write: the second fails. What has its position already is left out for the sake of restored logs.
 */
const SEQUENCE = {
  name: 'sequencer-advance',
  text: `
  with fresh as (${FRESH}
  ), numbered as (
    insert into event_bus.position (position, seq)
    select s.last_position + f.place, f.seq
      from event_bus.sequencer s cross join (
        select seq, row_number() over (order by seq) as place from fresh
         where not exists (select from event_bus.position p where p.seq = fresh.seq)) f
     where s.epoch = $1
    returning position
  )
  update event_bus.sequencer s
     set last_position = (select max(position) from numbered), snapshot = pg_current_snapshot(), sequenced_at = clock_timestamp()
   where s.epoch = $1 and exists (select from numbered)
  returning s.last_position`,
}

interface Office {
  readonly session: Session
  readonly epoch: number
}

export function createSequencer(options: SequencerOptions): Sequencer {
  const { db, onAdvance, onError, lookEveryMs = 500, stallMs = 5_000 } = options
  let office: Office | undefined
  let stalledSince: { position: number; at: number } | undefined
  const ticker = createTicker({ everyMs: lookEveryMs, tick })

  async function tick(): Promise<void> {
    try {
      office ??= await takeOffice()
      if (office === undefined) await watch()
      else await sequence(office)
    } catch (error) {
      await leaveOffice()
      if (!isConnectionError(error) && !isSerializationError(error)) onError(error)
    }
  }

  async function takeOffice(): Promise<Office | undefined> {
    const session = await db.session({ default_transaction_isolation: 'repeatable read' })
    try {
      const [lock] = await session.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [LOCK])
      if (lock?.taken !== true) {
        await session.close()
        return undefined
      }
      session.onLost(() => {
        office = undefined
        ticker.wake()
      })
      return { session, epoch: await newEpoch(session) }
    } catch (error) {
      await session.close()
      throw error
    }
  }

  async function leaveOffice(): Promise<void> {
    const left = office
    office = undefined
    await left?.session.close()
  }

  async function sequence({ session, epoch }: Office): Promise<void> {
    const [batch] = await session.query<{ last_position: number }>(SEQUENCE, [epoch])
    if (batch !== undefined) onAdvance(batch.last_position)
  }

  /** A frozen process keeps its lock: when events wait and no position is given, end its connection. */
  async function watch(): Promise<void> {
    const [state] = await db.query<{ last_position: number; waiting: boolean }>(
      `select last_position, exists (${FRESH}) as waiting from event_bus.sequencer`,
    )
    const position = state?.last_position ?? 0
    if (state?.waiting !== true) stalledSince = undefined
    else if (stalledSince?.position !== position) stalledSince = { position, at: Date.now() }
    else if (Date.now() - stalledSince.at >= stallMs) {
      stalledSince = undefined
      await putOut(db)
    }
  }

  return {
    start: () => ticker.start(),
    wake() {
      if (office !== undefined) ticker.wake()
    },
    active: () => office !== undefined,
    async stop() {
      await ticker.stop()
      await leaveOffice()
    },
  }
}

/**
 * Enters office under a new epoch. A log that was restored into another server carries a snapshot of the old one, whose numbers
 * mean nothing here: it is set back so far that every event without a position is found.
 */
async function newEpoch(session: Session): Promise<number> {
  const [row] = await session.query<{ epoch: number }>(
    `update event_bus.sequencer
        set epoch = epoch + 1,
            snapshot = case when pg_snapshot_xmax(snapshot) > pg_snapshot_xmax(pg_current_snapshot())
                            then '1:1:'::pg_snapshot else snapshot end
      returning epoch`,
  )
  if (row === undefined) throw new Error('Cannot sequence events as event_bus.sequencer must have its row')
  return row.epoch
}

/** The lock's holder logged in as we did, so its connection may be ended by the login, though not by the app role. */
async function putOut(db: Database): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('set local role none')
    await tx.query(
      `select pg_terminate_backend(pid) from pg_locks
        where locktype = 'advisory' and granted and classid = 0 and objid = $1 and objsubid = 1
          and database = (select oid from pg_database where datname = current_database())`,
      [LOCK],
    )
  })
}
