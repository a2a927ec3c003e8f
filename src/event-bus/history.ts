import type { Queryable } from '../lib/postgres.ts'
import { type EventRow, type ReceivedEvent, toEvent } from './event.ts'
import { PAGE_POSITIONS, readHead } from './log-reader.ts'
import { patternSource } from './pattern.ts'

/** Which events of the past a reader wants, foreign ones included. */
export interface Wanted {
  /** AMQP patterns. */
  readonly names: readonly string[]
  /** Only of this tenant: a UUID in lower case. All when absent. */
  readonly tenant?: string
}

/** What one read gave. */
export interface HistoryPage {
  readonly events: readonly ReceivedEvent[]
  /** Every wanted event up to here is in `events` or was in an earlier page. */
  readonly through: number
}

/** The log as it lies there, for readers who begin somewhere in it and leave no trace. */
export interface History {
  /** The last position given. */
  head(): Promise<number>
  /**
   * The position behind which the latest `count` wanted events up to `until` lie; `floor` where there are fewer behind that. It looks
   * at no position up to `floor`.
   */
  before(wanted: Wanted, count: number, range: { readonly floor: number; readonly until: number }): Promise<number>
  /**
   * Wanted events after a position, 500 positions and about 256 KiB at a time, at least one event where there is one. With a tenant,
   * all of its events, and perhaps others that only mention it.
   */
  after(wanted: Wanted, position: number, until: number): Promise<HistoryPage>
}

/** Many may read at a time, and each holds its page in memory. */
const PAGE_BYTES = 262_144

/**
 * Cheap, and lets no event of the tenant slip: its id stands in the body as it is, unless some characters are escaped. Few bodies are
 * left to be parsed.
 */
const MENTIONS = (tenant: string) =>
  `(${tenant}::uuid is null or strpos(lower(e.body), ${tenant}::text) > 0 or strpos(e.body, '\\u00') > 0)`

const BEFORE = `
  select position from (
    select p.position from event_bus.position p join event_bus.event e on e.seq = p.seq
     where p.position > $1 and p.position <= $2 and e.name ~ $3
       and (case when ${MENTIONS('$4')} then $4::uuid is null or event_bus.tenant_of(e.body) = $4::uuid else false end)
     order by p.position desc limit $5) latest
   order by position`

const AFTER = `
  select page.position, page.through, e.id as event_id, e.name, e.origin, e.ordering_key, e.key_hash, e.correlation_id,
         e.causation_id, e.traceparent, e.version, e.body
    from (select p.position, p.seq, sum(e.size) over (order by p.position) - e.size as before,
                 max(p.position) over () as through
            from event_bus.position p join event_bus.event e on e.seq = p.seq
           where p.position > $1 and p.position <= $2 and e.name ~ $3 and ${MENTIONS('$4')}) page
    join event_bus.event e on e.seq = page.seq
   where page.before < ${PAGE_BYTES}
   order by page.position`

/** Creates a reader of the log. */
export function createHistory(db: Queryable): History {
  return {
    head: () => readHead(db),
    async before({ names, tenant }, count, { floor, until }) {
      if (count === 0) return until
      const rows = await db.query<{ position: number }>(BEFORE, [
        floor,
        until,
        patternSource(names),
        tenant ?? null,
        count,
      ])
      const [first] = rows
      return rows.length < count || first === undefined ? floor : first.position - 1
    },
    async after({ names, tenant }, position, until) {
      const end = Math.min(until, position + PAGE_POSITIONS)
      const rows = await db.query<EventRow & { through: number }>(AFTER, [
        position,
        end,
        patternSource(names),
        tenant ?? null,
      ])
      const last = rows.at(-1)
      // Where the byte limit cut the page off, the rest is still to be read.
      const cut = last !== undefined && last.position < last.through
      return {
        events: rows.map((row) => toEvent(row, { attempt: 1, replay: false })),
        through: cut ? last.position : end,
      }
    },
  }
}
