import { LIVING_MEMBERS } from '../lib/membership.ts'
import type { Database, Tx } from '../lib/postgres.ts'
import { readHead } from './log-reader.ts'

/** A lane that this member may advance, until another takes it: then the fence no longer fits. */
export interface LaneLease {
  readonly lane: number
  readonly fence: number
  readonly cursor: number
}

/** Where a lane has got to. */
export type LaneCursor = LaneLease

/** The rows of one subscription and its lanes. */
export interface LaneStore {
  /** Makes the subscription known with this member as one that runs it. Resolves to the number of lanes in force. */
  register(wantedLanes: number, from: 'beginning' | 'now'): Promise<number>
  /** How many lanes this member should hold, given who else runs the subscription. */
  fairShare(): Promise<number>
  /** Takes up to `limit` lanes that nobody living holds. */
  claim(limit: number): Promise<LaneLease[]>
  release(leases: readonly LaneLease[]): Promise<void>
  /** Locks lanes for a page and says which of `keys` wait in `delivery`. Lanes that are no longer ours are missing. */
  lock(
    tx: Tx,
    leases: readonly LaneLease[],
    keys: readonly string[],
  ): Promise<{ lanes: Set<number>; waiting: Set<string> }>
  /** Moves cursors; a lane that is no longer ours stays. */
  advance(tx: Tx, cursors: readonly LaneCursor[]): Promise<void>
  /** Lets go of everything. */
  unregister(): Promise<void>
}

export function createLaneStore(db: Database, subscription: string, memberId: string): LaneStore {
  const leaseColumns = (leases: readonly LaneLease[]) => [
    leases.map(({ lane }) => lane),
    leases.map(({ fence }) => fence),
  ]

  return {
    register: (wantedLanes, from) =>
      db.transaction(async (tx) => {
        const start = from === 'now' ? await readHead(tx) : 0
        await tx.query('insert into event_bus.subscription (name, lanes) values ($1, $2) on conflict do nothing', [
          subscription,
          wantedLanes,
        ])
        const [row] = await tx.query<{ lanes: number }>(
          'select lanes from event_bus.subscription where name = $1 for update',
          [subscription],
        )
        const lanes = row?.lanes ?? wantedLanes
        await createLanes(tx, lanes, start)
        await tx.query('insert into event_bus.subscriber values ($1, $2) on conflict do nothing', [
          subscription,
          memberId,
        ])
        await tx.query(
          `delete from event_bus.subscriber where subscription = $1 and member <> $2 and member not in (${LIVING_MEMBERS})`,
          [subscription, memberId],
        )
        return lanes === wantedLanes || !(await relane(tx, wantedLanes)) ? lanes : wantedLanes
      }),

    async fairShare() {
      const [row] = await db.query<{ share: number }>(
        {
          name: 'lane-share',
          text: `select ceil(s.lanes::numeric / greatest(1, (
                   select count(*) from event_bus.subscriber r where r.subscription = s.name and r.member in (${LIVING_MEMBERS})
                 )))::integer as share
                   from event_bus.subscription s where s.name = $1`,
        },
        [subscription],
      )
      return row?.share ?? 0
    },

    claim: (limit) =>
      db.query<LaneLease>(
        {
          name: 'lane-claim',
          text: `update event_bus.lane set owner = $2, fence = fence + 1
                  where subscription = $1 and lane in (
                    select lane from event_bus.lane
                     where subscription = $1 and (owner is null or owner not in (${LIVING_MEMBERS}))
                     order by lane limit $3 for update skip locked)
                 returning lane, fence, cursor`,
        },
        [subscription, memberId, limit],
      ),

    async release(leases) {
      await db.query(
        `update event_bus.lane l set owner = null from unnest($2::integer[], $3::integer[]) as held (lane, fence)
          where l.subscription = $1 and l.lane = held.lane and l.fence = held.fence`,
        [subscription, ...leaseColumns(leases)],
      )
    },

    async lock(tx, leases, keys) {
      const [row] = await tx.query<{ lanes: number[]; waiting: string[] }>(
        {
          name: 'lane-lock',
          text: `with held as (
                   select l.lane from event_bus.lane l join unnest($2::integer[], $3::integer[]) as mine (lane, fence) using (lane)
                    where l.subscription = $1 and l.fence = mine.fence order by l.lane for update of l)
                 select array(select lane from held) as lanes,
                        array(select distinct ordering_key from event_bus.delivery
                               where queue = $1 and ordering_key = any ($4::text[]) and state <> 'dead') as waiting`,
        },
        [subscription, ...leaseColumns(leases), keys],
      )
      return { lanes: new Set(row?.lanes), waiting: new Set(row?.waiting) }
    },

    async advance(tx, cursors) {
      await tx.query(
        {
          name: 'lane-advance',
          text: `update event_bus.lane l set cursor = done.cursor
                   from unnest($2::integer[], $3::integer[], $4::bigint[]) as done (lane, fence, cursor)
                  where l.subscription = $1 and l.lane = done.lane and l.fence = done.fence and l.cursor < done.cursor`,
        },
        [subscription, ...leaseColumns(cursors), cursors.map(({ cursor }) => cursor)],
      )
    },

    async unregister() {
      await db.query('update event_bus.lane set owner = null where subscription = $1 and owner = $2', [
        subscription,
        memberId,
      ])
      await db.query('delete from event_bus.subscriber where subscription = $1 and member = $2', [
        subscription,
        memberId,
      ])
    },
  }

  async function createLanes(tx: Tx, lanes: number, cursor: number): Promise<void> {
    await tx.query(
      `insert into event_bus.lane (subscription, lane, cursor)
       select $1, lane, $3 from generate_series(0, $2::integer - 1) as lane on conflict do nothing`,
      [subscription, lanes, cursor],
    )
  }

  /**
   * Another number of lanes sends keys to other lanes, so it comes into force only where all lanes stand at the same position and
   * nobody living holds one; otherwise at a later start.
   */
  async function relane(tx: Tx, wantedLanes: number): Promise<boolean> {
    const lanes = await tx.query<{ cursor: number; held: boolean }>(
      `select cursor, coalesce(owner in (${LIVING_MEMBERS}), false) as held
         from event_bus.lane where subscription = $1 for update`,
      [subscription],
    )
    const cursor = lanes[0]?.cursor ?? 0
    if (lanes.some((lane) => lane.cursor !== cursor || lane.held)) return false
    await tx.query('delete from event_bus.lane where subscription = $1', [subscription])
    await tx.query('update event_bus.subscription set lanes = $2 where name = $1', [subscription, wantedLanes])
    await createLanes(tx, wantedLanes, cursor)
    return true
  }
}
