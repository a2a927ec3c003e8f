import { LIVING_MEMBERS } from '../lib/membership.ts'
import type { Database, Tx } from '../lib/postgres.ts'
import { CURSOR, registerSubscription } from './lane-registration.ts'

/** A lane that this member may advance, until another takes it: then the fence no longer fits. */
export interface LaneLease {
  readonly lane: number
  readonly fence: number
  readonly cursor: number
}

/** Where a lane has got to. */
export type LaneCursor = LaneLease

/** What a page works on: lanes locked until the end of its transaction. */
export interface LockedLanes {
  /** Stored cursors by lane. A lane that is no longer ours is missing. */
  readonly cursors: ReadonlyMap<number, number>
  /** Whether any event of the subscription waits in `delivery`. */
  readonly anyWaiting: boolean
}

/** The rows of one subscription and its lanes. */
export interface LaneStore {
  /** Makes the subscription known with this member as one that runs it. Resolves to the number of lanes in force. */
  register(wantedLanes: number, from: 'beginning' | 'now'): Promise<number>
  /** The number of lanes in force, and how many of them this member should hold, given who else runs the subscription. */
  fairShare(): Promise<{ lanes: number; share: number }>
  /**
   * Takes up to `limit` lanes that nobody living holds, or that were leased to this member unknown to it: `held` are those it knows of.
   * None when the number of lanes in force is not `laneCount`.
   */
  claim(limit: number, laneCount: number, held: readonly number[]): Promise<LaneLease[]>
  release(leases: readonly LaneLease[]): Promise<void>
  lock(tx: Tx, leases: readonly LaneLease[]): Promise<LockedLanes>
  /** Those of the ordering keys with an event that waits in `delivery`. */
  waiting(tx: Tx, keys: readonly string[]): Promise<Set<string>>
  /** Moves cursors forward with the commit, of the lanes that this transaction has locked; another lane stays where it is. */
  advance(tx: Tx, cursors: readonly LaneCursor[], locked: LockedLanes): void
  /** Lets go of everything. */
  unregister(): Promise<void>
}

const SHARE = {
  name: 'lane-share',
  text: `with here as (insert into event_bus.subscriber (subscription, member) values ($1, $2) on conflict do nothing)
         select s.lanes, ceil(s.lanes::numeric / (1 + (
                  select count(*) from event_bus.subscriber r
                   where r.subscription = s.name and r.member <> $2 and r.member in (${LIVING_MEMBERS})
                )))::integer as share
           from event_bus.subscription s where s.name = $1`,
}

/** The cursor may be one that was in force a moment ago: whoever locks the lane reads it again. */
const CLAIM = {
  name: 'lane-claim',
  text: `with free as materialized (
           select l.lane from event_bus.lane l join event_bus.subscription s on s.name = l.subscription
            where l.subscription = $1 and s.lanes = $4
              and (l.owner is null or l.owner not in (${LIVING_MEMBERS}) or (l.owner = $2 and l.lane <> all ($5::integer[])))
            order by l.lane limit $3 for update of l skip locked)
         update event_bus.lane l set owner = $2, fence = fence + 1 from free
          where l.subscription = $1 and l.lane = free.lane
         returning l.lane, l.fence, ${CURSOR} as cursor`,
}

const LOCK = {
  name: 'lane-lock',
  text: 'select cursors, waiting from event_bus.lock_lanes($1, $2, $3)',
}

const WAITING = {
  name: 'lane-waiting',
  text: `select distinct ordering_key from event_bus.delivery
          where queue = $1 and ordering_key = any ($2::text[]) and state <> 'dead'`,
}

/** The lanes are locked, so that nobody else moves them: what was read under the lock is what there is to be replaced. */
const ADVANCE = { name: 'lane-advance', text: 'select event_bus.advance_lanes($1, $2, $3, $4)' }

/** Opens the rows of one subscription for one member. */
export function createLaneStore(db: Database, subscription: string, memberId: string): LaneStore {
  const leaseColumns = (leases: readonly LaneLease[]) => [
    leases.map(({ lane }) => lane),
    leases.map(({ fence }) => fence),
  ]

  return {
    register: (wantedLanes, from) => registerSubscription(db, { subscription, memberId, wantedLanes, from }),
    async fairShare() {
      const [row] = await db.query<{ lanes: number; share: number }>(SHARE, [subscription, memberId])
      if (row === undefined) throw new Error(`Cannot run subscription "${subscription}" as its row must be there`)
      return row
    },
    claim: (limit, laneCount, held) => db.query<LaneLease>(CLAIM, [subscription, memberId, limit, laneCount, held]),
    async release(leases) {
      await db.query(
        `update event_bus.lane l set owner = null from unnest($2::integer[], $3::integer[]) as held (lane, fence)
          where l.subscription = $1 and l.lane = held.lane and l.fence = held.fence`,
        [subscription, ...leaseColumns(leases)],
      )
    },
    async lock(tx, leases) {
      const [row] = await tx.query<{ cursors: (string | null)[]; waiting: boolean }>(LOCK, [
        subscription,
        ...leaseColumns(leases),
      ])
      const cursors = leases.flatMap(({ lane }, index) => {
        const cursor = row?.cursors[index] ?? null
        // Arrays of bigint arrive as texts.
        return cursor === null ? [] : [[lane, Number(cursor)] as const]
      })
      return { cursors: new Map(cursors), anyWaiting: row?.waiting ?? false }
    },
    async waiting(tx, keys) {
      const rows = await tx.query<{ ordering_key: string }>(WAITING, [subscription, keys])
      return new Set(rows.map(({ ordering_key }) => ordering_key))
    },
    advance(tx, cursors, locked) {
      const moves = cursors.flatMap(({ lane, cursor }) => {
        const past = locked.cursors.get(lane)
        return past === undefined || past >= cursor ? [] : [{ lane, past, cursor }]
      })
      if (moves.length === 0) return
      const [lanes, past] = [moves.map(({ lane }) => lane), moves.map((move) => move.past)]
      tx.defer(ADVANCE, [subscription, lanes, past, moves.map(({ cursor }) => cursor)])
    },
    async unregister() {
      const values = [subscription, memberId]
      await db.query('update event_bus.lane set owner = null where subscription = $1 and owner = $2', values)
      await db.query('delete from event_bus.subscriber where subscription = $1 and member = $2', values)
    },
  }
}
