import { BY_INDEX, type Database, type Queryable } from '../lib/postgres.ts'
import type { EventRow } from './event.ts'

/** Which events a reader wants. */
export interface Interest {
  /** Regular expression of the names; see pattern.ts. */
  readonly names: string
  /** Also events that others brought in. */
  readonly foreign: boolean
  /** Only events of these lanes; all when absent. */
  readonly lanes?: { readonly count: number; readonly wanted: readonly number[] }
}

/** What one read gave. */
export interface LogPage {
  readonly rows: readonly EventRow[]
  /** Every wanted event up to here is in `rows` or was in an earlier page. */
  readonly through: number
}

/** Positions looked at by one read. Positions have no gaps, so this bounds the rows as well. */
export const PAGE_POSITIONS = 500
/** Bytes of bodies in one page; a single larger body is a page of its own. */
const PAGE_BYTES = 4 * 1_048_576

/**
 * The running sum of sizes bounds a page before any large body is read: those stand outside the row until they are asked for. With
 * `lanes` null the lane condition falls away. `BY_INDEX`, as planning for the positions of each call costs more than a page of a
 * log that is up to date (1.1 ms of 1.3).
 */
const READ = {
  name: 'log-read',
  settings: BY_INDEX,
  text: `
  select position, through, event_id, name, origin, ordering_key, key_hash, correlation_id, causation_id, traceparent, version, body
    from (select p.position, e.id as event_id, e.name, e.origin, e.ordering_key, e.key_hash, e.correlation_id, e.causation_id,
                 e.traceparent, e.version, e.body,
                 sum(e.size) over (order by p.position) - e.size as before, max(p.position) over () as through
            from event_bus.position p join event_bus.event e on e.seq = p.seq
           where p.position > $1 and p.position <= $2
             and e.name ~ $3 and ($4 or e.origin = '')
             and ($5::integer is null or e.key_hash % $5 = any ($6::integer[]))) page
   where before < ${PAGE_BYTES}
   order by position`,
}

/** Reads the wanted events after position `after`, up to `head` at the most. */
export async function readLog(
  db: Pick<Database, 'queryAs'>,
  interest: Interest,
  after: number,
  head: number,
): Promise<LogPage> {
  const until = Math.min(head, after + PAGE_POSITIONS)
  const lanes = interest.lanes
  const rows = await db.queryAs<EventRow & { through: number }>('nothing', READ, [
    after,
    until,
    interest.names,
    interest.foreign,
    lanes?.count ?? null,
    lanes?.wanted ?? null,
  ])
  const last = rows.at(-1)
  // Where the byte limit cut the page off, the rest is still to be read.
  const cut = last !== undefined && last.position < last.through
  return { rows, through: cut ? last.position : until }
}

/**
 * SQL condition, for `event_bus.sequencer s`: events are committed that have no position yet. Written so that the index on `xid` is
 * all that it can use: the planner expects a third of the log to be newer than the snapshot, and after a bulk load every row to be
 * of any given transaction, and would rather read the table.
 */
export const UNSEQUENCED = `(
  coalesce((select e.xid from event_bus.event e order by e.xid desc limit 1) >= pg_snapshot_xmax(s.snapshot), false)
  or exists (select from pg_snapshot_xip(s.snapshot) as open (xid)
              where (select e.xid from event_bus.event e where e.xid >= open.xid order by e.xid limit 1) = open.xid))`

/** The last position given so far. */
export async function readHead(db: Queryable): Promise<number> {
  const [row] = await db.query<{ last_position: number }>({
    name: 'log-head',
    text: 'select last_position from event_bus.sequencer',
  })
  return row?.last_position ?? 0
}
