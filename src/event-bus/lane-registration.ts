import { LIVING_MEMBERS } from '../lib/membership.ts'
import type { Database, Tx } from '../lib/postgres.ts'
import { readHead } from './log-reader.ts'

/** SQL: the cursor of lane `l`, found from the end of the index; see `0003-newest-last.sql`. */
export const CURSOR = `(
  select c.cursor from event_bus.lane_cursor c
   where c.subscription = l.subscription and c.lane = l.lane order by c.cursor desc limit 1)`

/** Who wants to run which subscription, and how. */
export interface Registration {
  readonly subscription: string
  readonly memberId: string
  readonly wantedLanes: number
  /** Where a subscription begins that is new to the database. */
  readonly from: 'beginning' | 'now'
}

/** Makes the subscription known with this member as one that runs it. Resolves to the number of lanes in force. */
export function registerSubscription(
  db: Database,
  { subscription, memberId, wantedLanes, from }: Registration,
): Promise<number> {
  return db.transaction(async (tx) => {
    await tx.query('insert into event_bus.subscription (name, lanes) values ($1, $2) on conflict do nothing', [
      subscription,
      wantedLanes,
    ])
    const [row] = await tx.query<{ lanes: number; made: boolean }>(
      `select s.lanes, exists (select from event_bus.lane l where l.subscription = s.name) as made
         from event_bus.subscription s where s.name = $1 for update`,
      [subscription],
    )
    const lanes = row?.lanes ?? wantedLanes
    if (row?.made !== true) {
      await createLanes(tx, subscription, { lanes, cursor: from === 'now' ? await readHead(tx) : 0, fence: 0 })
    }
    await tx.query(
      `delete from event_bus.subscriber where subscription = $1 and member <> $2 and member not in (${LIVING_MEMBERS})`,
      [subscription, memberId],
    )
    await tx.query('insert into event_bus.subscriber (subscription, member) values ($1, $2) on conflict do nothing', [
      subscription,
      memberId,
    ])
    return lanes === wantedLanes || !(await relane(tx, subscription, wantedLanes)) ? lanes : wantedLanes
  })
}

interface NewLanes {
  readonly lanes: number
  readonly cursor: number
  readonly fence: number
}

async function createLanes(tx: Tx, subscription: string, { lanes, cursor, fence }: NewLanes): Promise<void> {
  const values = [subscription, lanes]
  await tx.query('delete from event_bus.lane_cursor where subscription = $1', [subscription])
  await tx.query(
    `insert into event_bus.lane (subscription, lane, fence)
     select $1, lane, $3 from generate_series(0, $2::integer - 1) as lane`,
    [...values, fence],
  )
  await tx.query(
    `insert into event_bus.lane_cursor (subscription, lane, cursor)
     select $1, lane, $3 from generate_series(0, $2::integer - 1) as lane`,
    [...values, cursor],
  )
}

/**
 * Another number of lanes sends keys to other lanes, so it comes into force only where all lanes stand at the same position and
 * nobody living holds one; otherwise at a later start. The fences go on from where they were: one who is taken for dead and is not
 * must not find his own on a lane that holds other keys now.
 */
async function relane(tx: Tx, subscription: string, wantedLanes: number): Promise<boolean> {
  const lanes = await tx.query<{ fence: number; held: boolean }>(
    `select fence, coalesce(owner in (${LIVING_MEMBERS}), false) as held
       from event_bus.lane where subscription = $1 for update`,
    [subscription],
  )
  // A statement of its own: it must see what whoever held the lanes has committed.
  const cursors = await tx.query<{ cursor: number }>(
    `select distinct ${CURSOR} as cursor from event_bus.lane l where l.subscription = $1`,
    [subscription],
  )
  if (cursors.length > 1 || lanes.some(({ held }) => held)) return false
  const fence = 1 + Math.max(0, ...lanes.map((lane) => lane.fence))
  const cursor = cursors[0]?.cursor ?? 0
  await tx.query('delete from event_bus.lane where subscription = $1', [subscription])
  await tx.query('update event_bus.subscription set lanes = $2 where name = $1', [subscription, wantedLanes])
  await createLanes(tx, subscription, { lanes: wantedLanes, cursor, fence })
  return true
}
