import { isConnectionError, isSerializationError } from '../lib/postgres.ts'
import { createTicker } from '../lib/ticker.ts'
import { createLaneWindow } from './lane-window.ts'
import { type Interest, readLog } from './log-reader.ts'
import type { PageOptions } from './page.ts'
import { createPageRunner } from './page-runner.ts'

/** One durable subscription as this process runs it: reads the log for its lanes and handles it page by page. */
export interface Subscription {
  /** Resolves once the subscription is known to the database. */
  start(): Promise<void>
  /** The same without waiting: it begins as soon as the database lets it. */
  startSoon(): void
  /** Positions have been given: look now. */
  wake(): void
  /** Finishes the pages under way and lets go of the lanes. */
  stop(): Promise<void>
  /** The position up to which all lanes of this process are done; undefined while it holds none. */
  done(): number | undefined
}

/** What a subscription is made of. */
export interface SubscriptionOptions extends PageOptions {
  readonly interest: Omit<Interest, 'lanes'>
  /** Most events in one transaction. */
  readonly pageEvents: number | undefined
  readonly lanes: number
  readonly from: 'beginning' | 'now'
  /** `block`: a failing event holds up its lane until it succeeds, and never dies. */
  readonly onFailure: 'retry' | 'block'
  /** The last position given, as far as this process knows. */
  readonly head: () => number
  readonly onError: (error: unknown) => void
  readonly lookEveryMs: number
}

const BALANCE_EVERY_MS = 1_000

/** Creates this process's part in a subscription; it takes lanes from `start()` on. */
export function createSubscription(options: SubscriptionOptions): Subscription {
  const { db, store, head, onError } = options
  const reader = createTicker({ everyMs: options.lookEveryMs, tick: () => guarded(read) })
  const balancer = createTicker({ everyMs: BALANCE_EVERY_MS, tick: () => guarded(balance) })
  const stopping = new AbortController()
  let window = createLaneWindow(options.lanes, options.pageEvents)
  /** The number of lanes in force; undefined until the subscription is known to the database. */
  let laneCount: number | undefined
  const runner = createPageRunner({
    ...options,
    window: () => window,
    stopping: stopping.signal,
    onRoom: () => reader.wake(),
  })

  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!isConnectionError(error) && !isSerializationError(error)) onError(error)
    }
  }

  async function register(): Promise<void> {
    if (laneCount === undefined) adoptLanes(await store.register(options.lanes, options.from))
  }

  function adoptLanes(count: number): void {
    laneCount = count
    window = createLaneWindow(count, options.pageEvents)
  }

  /** Stores how far idle lanes have been read, hands back lanes beyond the fair share, and takes free ones up to it. */
  async function balance(): Promise<void> {
    await register()
    await storeFrontiers()
    const { lanes, share } = await store.fairShare()
    // Another process has changed their number, which it may while nobody who lives holds one.
    if (lanes !== laneCount) adoptLanes(lanes)
    const excess = window.shrink(share)
    if (excess.length > 0) await store.release(excess)
    const held = window.lanes().map(({ lane }) => lane)
    for (const lease of await store.claim(Math.max(0, share - held.length), lanes, held)) window.open(lease)
    reader.wake()
  }

  async function storeFrontiers(): Promise<void> {
    const cursors = window.unstored()
    if (cursors.length === 0) return
    await db.transaction(async (tx) => store.advance(tx, cursors, await store.lock(tx, cursors)))
    const stored = new Map(cursors.map(({ lane, cursor }) => [lane, cursor]))
    for (const lane of window.lanes()) lane.cursor = Math.max(lane.cursor, stored.get(lane.lane) ?? 0)
  }

  async function read(): Promise<void> {
    while (!stopping.signal.aborted) {
      // Together with the window, as both may be replaced while the log is read.
      const count = laneCount
      if (count === undefined) return
      const group = window.nextGroup(head())
      if (group === undefined) return
      const some = { count, wanted: group.lanes.map(({ lane }) => lane) }
      const interest = { ...options.interest, ...(group.lanes.length === count ? {} : { lanes: some }) }
      const page = await readLog(db, interest, group.after, group.until)
      const rows = Map.groupBy(page.rows, ({ key_hash }) => key_hash % count)
      for (const lane of group.lanes) {
        if (window.holds(lane)) window.enqueue(lane, rows.get(lane.lane) ?? [], page.through)
      }
      runner.schedule()
    }
  }

  function run(): void {
    if (stopping.signal.aborted) return
    balancer.start()
    reader.start()
  }

  let starting: Promise<void> | undefined
  let stopped: Promise<void> | undefined

  async function stop(): Promise<void> {
    stopping.abort()
    await starting?.catch(() => undefined)
    await Promise.all([reader.stop(), balancer.stop()])
    await runner.settled()
    if (laneCount === undefined) return
    await guarded(storeFrontiers)
    await guarded(() => store.unregister())
  }

  return {
    start() {
      starting ??= register().then(run)
      return starting
    },
    startSoon: run,
    wake: () => reader.wake(),
    done() {
      const positions = window
        .lanes()
        .map(({ queue, busy, frontier, cursor }) => (queue.length === 0 && !busy ? frontier : cursor))
      return positions.length === 0 ? undefined : Math.min(...positions)
    },
    stop() {
      stopped ??= stop()
      return stopped
    },
  }
}
