import type { Database, Tx } from '../lib/postgres.ts'
import type { Deliveries, RetryPolicy } from './delivery.ts'
import type { ReceivedEvent } from './event.ts'
import type { LaneStore } from './lane-store.ts'
import type { Slice } from './lane-window.ts'

/** Another member holds the lane now: nothing of the page was done. */
export class LeaseLost extends Error {}

/**
 * A handler threw `cause`. Kept apart from failures of the page's own transaction: a handler may well meet a lost connection to
 * something else, and that is a failed attempt, no reason to try again for ever.
 */
export class HandlerFailed extends Error {
  constructor(cause: unknown) {
    super('A handler failed', { cause })
  }
}

/** Whose page it is, and who handles it. */
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
 * behind those. With `failure`, the events are not handled but kept for a retry. What the stored cursor has passed is left out: a
 * commit whose answer was lost. Throws `LeaseLost`, `HandlerFailed`, or the failure of the transaction itself.
 */
export async function commitPage(
  page: PageOptions,
  slices: readonly Slice[],
  failure?: { error: unknown },
): Promise<void> {
  const { subscription, db, store, deliveries, retry, handle } = page
  const lanes = slices.map(({ lane }) => lane)
  await db.transaction('everything', async (tx) => {
    const { cursors, anyWaiting } = await store.lock(tx, lanes)
    if (cursors.size < slices.length) throw new LeaseLost()
    const waiting = anyWaiting ? await store.waiting(tx, keysOf(slices)) : new Set<string>()
    const events = slices
      .flatMap(({ lane, events }) => events.filter(({ position }) => position > (cursors.get(lane.lane) ?? 0)))
      .sort((a, b) => a.position - b.position)
    const due = events.filter(({ orderingKey }) => !waiting.has(orderingKey))
    if (failure !== undefined) {
      for (const event of due) await deliveries.keep(tx, subscription, event, { failed: failure.error }, retry)
    } else if (due.length > 0) {
      await attempt(() => handle(due, tx))
    }
    for (const event of events) {
      if (waiting.has(event.orderingKey)) await deliveries.keep(tx, subscription, event, 'parked', retry)
    }
    store.advance(tx, slices.map(cursorAfter))
  })
}

/** Marks what a handler throws as its own. */
export async function attempt(handler: () => Promise<void>): Promise<void> {
  try {
    await handler()
  } catch (error) {
    throw new HandlerFailed(error)
  }
}

function keysOf(slices: readonly Slice[]): string[] {
  return [...new Set(slices.flatMap(({ events }) => events.map(({ orderingKey }) => orderingKey)))]
}

function cursorAfter({ lane: { lane, fence, cursor }, events }: Slice) {
  return { lane, fence, cursor: events.at(-1)?.position ?? cursor }
}
