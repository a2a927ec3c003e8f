import type { Database, Tx } from '../lib/postgres.ts'
import type { Deliveries, RetryPolicy } from './delivery.ts'
import type { ReceivedEvent } from './event.ts'
import type { LaneStore } from './lane-store.ts'
import type { Slice } from './lane-window.ts'

/** Another member holds the lane now: nothing of the page was done. */
export class LeaseLost extends Error {}

export interface PageOptions {
  readonly subscription: string
  readonly db: Database
  readonly store: LaneStore
  readonly deliveries: Pick<Deliveries, 'keep'>
  readonly retry: RetryPolicy
  /** Handles events in the order given, all in `tx`. */
  readonly handle: (events: readonly ReceivedEvent[], tx: Tx) => Promise<void>
}

/**
 * Handles a page in one transaction with its cursors, all or nothing. Events whose ordering key waits in `delivery` are parked
 * behind those. With `failure`, the events are not handled but kept for a retry. Throws `LeaseLost` or what the handler threw.
 */
export async function commitPage(
  page: PageOptions,
  slices: readonly Slice[],
  failure?: { error: unknown },
): Promise<void> {
  const { subscription, db, store, deliveries, retry, handle } = page
  const events = slices.flatMap((slice) => slice.events).sort((a, b) => a.position - b.position)
  const keys = [...new Set(events.map(({ orderingKey }) => orderingKey))]
  await db.transaction('everything', async (tx) => {
    const { lanes, waiting } = await store.lock(
      tx,
      slices.map(({ lane }) => lane),
      keys,
    )
    if (lanes.size < slices.length) throw new LeaseLost()
    const due = events.filter(({ orderingKey }) => !waiting.has(orderingKey))
    if (failure !== undefined) {
      for (const event of due) await deliveries.keep(tx, subscription, event, { failed: failure.error }, retry)
    } else if (due.length > 0) {
      await handle(due, tx)
    }
    for (const event of events) {
      if (waiting.has(event.orderingKey)) await deliveries.keep(tx, subscription, event, 'parked', retry)
    }
    await store.advance(tx, slices.map(cursorAfter))
  })
}

function cursorAfter({ lane: { lane, fence, cursor }, events }: Slice) {
  return { lane, fence, cursor: events.at(-1)?.position ?? cursor }
}
