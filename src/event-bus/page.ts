import type { Database, Tx } from '../lib/postgres.ts'
import type { Deliveries, RetryPolicy } from './delivery.ts'
import type { ReceivedEvent } from './event.ts'
import type { LaneStore, LockedLanes } from './lane-store.ts'
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
export type CommitPage = (slices: readonly Slice[], failure?: { readonly error: unknown }) => Promise<void>

/** Creates the function that commits the pages of one subscription. */
export function createPageCommit({ subscription, db, store, deliveries, retry, handle }: PageOptions): CommitPage {
  /** Whether something waited in `delivery` at the last look. */
  let anyWaits = true

  /** The events of the slices that the locked lanes have not passed, and the keys behind which they must wait. */
  async function examine(tx: Tx, slices: readonly Slice[], { cursors, anyWaiting }: LockedLanes) {
    const waiting = anyWaiting ? await store.waiting(tx, keysOf(slices)) : new Set<string>()
    const events = slices
      .flatMap(({ lane, events }) => events.filter(({ position }) => position > (cursors.get(lane.lane) ?? 0)))
      .sort((a, b) => a.position - b.position)
    return { events, waiting }
  }

  async function lock(tx: Tx, slices: readonly Slice[]): Promise<LockedLanes> {
    const lanes = slices.map(({ lane }) => lane)
    const locked = await store.lock(tx, lanes)
    if (locked.cursors.size < slices.length) throw new LeaseLost()
    anyWaits = locked.anyWaiting
    return locked
  }

  /** Locks, looks, and then does what is due. */
  function commitDue(slices: readonly Slice[], failure?: { readonly error: unknown }): Promise<void> {
    return db.transaction('everything', async (tx) => {
      const locked = await lock(tx, slices)
      const { events, waiting } = await examine(tx, slices, locked)
      const due = events.filter(({ orderingKey }) => !waiting.has(orderingKey))
      if (failure !== undefined) {
        for (const event of due) await deliveries.keep(tx, subscription, event, { failed: failure.error }, retry)
      } else if (due.length > 0) {
        await attempt(() => handle(due, tx))
      }
      for (const event of events) {
        if (waiting.has(event.orderingKey)) await deliveries.keep(tx, subscription, event, 'parked', retry)
      }
      store.advance(tx, slices.map(cursorAfter), locked)
    })
  }

  /**
   * Takes it that all events are due, as they nearly always are, so that the handler's first statements go out together with those that lock: it
   * saves a round trip. On the server they come after the locks all the same. Where the look then shows otherwise, nothing of it was done.
   */
  async function commitAll(slices: readonly Slice[]): Promise<void> {
    const all = slices.flatMap(({ events }) => events).sort((a, b) => a.position - b.position)
    await db.transaction('everything', async (tx) => {
      const [locked, handled] = await Promise.allSettled([lock(tx, slices), attempt(() => handle(all, tx))])
      // They go out together, so that the look fails with the handler's first statement and shows nothing.
      if (locked.status === 'rejected') throw locked.reason instanceof LeaseLost ? locked.reason : new NotAllDue()
      // In a transaction that has failed nothing more can be looked up.
      if (locked.value.anyWaiting && handled.status === 'rejected') throw new NotAllDue()
      const { events, waiting } = await examine(tx, slices, locked.value)
      if (events.length < all.length || waiting.size > 0) throw new NotAllDue()
      if (handled.status === 'rejected') throw handled.reason
      store.advance(tx, slices.map(cursorAfter), locked.value)
    })
  }

  return async (slices, failure) => {
    if (failure !== undefined || anyWaits) return commitDue(slices, failure)
    try {
      await commitAll(slices)
    } catch (error) {
      if (!(error instanceof NotAllDue)) throw error
      await commitDue(slices)
    }
  }
}

/** Some events of a page have been handled before or must wait, or nobody knows. */
class NotAllDue extends Error {}

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
