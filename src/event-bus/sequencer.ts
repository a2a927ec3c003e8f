import { type Database, isConnectionError, isSerializationError } from '../lib/postgres.ts'
import { createTicker } from '../lib/ticker.ts'
import { readOffice, removeHolder, type SequencerOffice, takeOffice } from './sequencer-office.ts'
import { CHANNEL } from './signals.ts'

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

/** What sequencing takes. */
export interface SequencerOptions {
  readonly db: Database
  /** Called with the last position after each batch of this process. */
  readonly onAdvance: (lastPosition: number) => void
  /** What other members are told of a batch, before its last position; see signals.ts. */
  readonly notice: () => string | undefined
  readonly onError: (error: unknown) => void
  /** How often members look for new events and for a vacant or stalled lock. Default 500 ms. */
  readonly lookEveryMs?: number
  /** An active sequencer that leaves events without position for this long is put out of office. Default 5,000 ms. */
  readonly stallMs?: number
}

/**
 * Most positions given by one statement: some hundred milliseconds, far less than what counts as a stall. Each batch reads all that
 * waits anew, so that a backlog of millions of events without position takes long; it takes a restored log to have one.
 */
const BATCH = 20_000

/**
 * Batches are begun no faster than this. A batch costs PostgreSQL some 0.4 ms and each subscription a look, however few events it has: under
 * load fewer and larger ones leave the time to publishers and handlers, and an event waits a millisecond more on average.
 */
const GAP_MS = 2

/**
 * One statement under REPEATABLE READ, so that rows, state and the stored snapshot are of one moment, and so that two sequencers
 * can never both write: the second cannot delete the state that the first has passed, and fails. What has its position already is left out: for the sake of restored logs, and because
 * the snapshot is stored only by the batch that leaves nothing behind. `now()` is before that snapshot, a clock read here would not be.
 */
const SEQUENCE = {
  name: 'sequencer-advance',
  text: `
  with s as materialized (
    select turn, epoch, snapshot, last_position, sequenced_at from event_bus.sequencer
  ), fresh as materialized (
    select e.seq from event_bus.event e, s where e.xid >= pg_snapshot_xmax(s.snapshot)
    union all
    select e.seq from s cross join lateral pg_snapshot_xip(s.snapshot) as open (xid)
      join event_bus.event e on e.xid = open.xid
  ), numbered as (
    insert into event_bus.position (position, seq)
    select s.last_position + f.place, f.seq
      from s cross join (
        select seq, row_number() over (order by seq) as place from fresh
         where not exists (select from event_bus.position p where p.seq = fresh.seq)
         order by seq limit ${BATCH}) f
     where s.epoch = $1
    returning position
  ), batch as (
    select max(position) as last_position, count(*) = ${BATCH} as more from numbered
  ), passed as (
    delete from event_bus.sequencer_turn where turn = (select turn from s where epoch = $1) and exists (select from fresh)
  ), stored as (
    insert into event_bus.sequencer_turn (turn, epoch, last_position, snapshot, sequenced_at)
    select s.turn + 1, s.epoch, coalesce(batch.last_position, s.last_position),
           case when batch.more then s.snapshot else pg_current_snapshot() end,
           case when batch.more then s.sequenced_at else now() end
      from s cross join batch
     where s.epoch = $1 and exists (select from fresh)
    returning last_position, (select more from batch) as more
  )
  select s.epoch = $1 as in_office, stored.last_position, coalesce(stored.more, false) as more,
         case when stored.last_position is not null and $2::text is not null
              then pg_notify('${CHANNEL}', $2 || ' ' || stored.last_position) end
    from s left join stored on true`,
}

/** SQLSTATE of a commit with a notification while some listener takes none off the server's queue: then others find out by the clock. */
const NOTIFY_QUEUE_FULL = '54000'
const MUTED_MS = 10_000

interface Batch {
  readonly in_office: boolean
  /** Null where there was nothing to do. */
  readonly last_position: number | null
  readonly more: boolean
}

/** Creates this member's sequencer; it becomes active when the office is vacant. */
export function createSequencer(options: SequencerOptions): Sequencer {
  const { db, onAdvance, notice, onError, lookEveryMs = 500, stallMs = 5_000 } = options
  let office: SequencerOffice | undefined
  let stalledSince: { position: number; at: number } | undefined
  let mutedUntil = 0
  const ticker = createTicker({ everyMs: lookEveryMs, gapMs: GAP_MS, tick })

  async function tick(): Promise<void> {
    try {
      if (office === undefined) await apply()
      if (office !== undefined) await sequence(office)
    } catch (error) {
      if ((error as { code?: unknown }).code === NOTIFY_QUEUE_FULL) mutedUntil = performance.now() + MUTED_MS
      await leaveOffice()
      if (!isConnectionError(error) && !isSerializationError(error)) onError(error)
    }
  }

  async function apply(): Promise<void> {
    const { vacant, waiting, position } = await readOffice(db)
    if (vacant) office = await takeOffice(db, onLost)
    else await watch(waiting, position)
  }

  function onLost(): void {
    office = undefined
    ticker.wake()
  }

  async function leaveOffice(): Promise<void> {
    const left = office
    office = undefined
    await left?.session.close()
  }

  async function sequence({ session, epoch }: SequencerOffice): Promise<void> {
    const [batch] = await session.query<Batch>(SEQUENCE, [
      epoch,
      performance.now() < mutedUntil ? null : (notice() ?? null),
    ])
    if (batch?.in_office !== true) return leaveOffice()
    if (batch.last_position !== null) onAdvance(batch.last_position)
    if (batch.more) ticker.wake()
  }

  /** A frozen process keeps its lock: when events wait and no position is given, end its connection. */
  async function watch(waiting: boolean, position: number): Promise<void> {
    if (!waiting) stalledSince = undefined
    else if (stalledSince?.position !== position) stalledSince = { position, at: performance.now() }
    else if (performance.now() - stalledSince.at >= stallMs) {
      stalledSince = undefined
      await removeHolder(db)
      ticker.wake()
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
