import { setTimeout as sleep } from 'node:timers/promises'
import { isConnectionError, isSerializationError } from '../lib/postgres.ts'
import { backoff } from '../lib/task-queue.ts'
import { createTicker } from '../lib/ticker.ts'
import type { ReceivedEvent } from './event.ts'
import { createLaneWindow, type Lane, type Slice } from './lane-window.ts'
import { type Interest, readLog } from './log-reader.ts'
import { commitPage, LeaseLost, type PageOptions } from './page.ts'

/** One durable subscription as this process runs it: reads the log for its lanes and handles it page by page. */
export interface Subscription {
  start(): Promise<void>
  /** Positions have been given: look now. */
  wake(): void
  /** Finishes the pages under way and lets go of the lanes. */
  stop(): Promise<void>
  /** The position up to which all lanes of this process are done; undefined while it holds none. */
  done(): number | undefined
}

export interface SubscriptionOptions extends PageOptions {
  readonly interest: Omit<Interest, 'lanes'>
  readonly lanes: number
  readonly from: 'beginning' | 'now'
  /** `block`: a failing event holds up its lane until it succeeds, and never dies. */
  readonly onFailure: 'retry' | 'block'
  /** The last position given, as far as this process knows. */
  readonly head: () => number
  readonly onError: (error: unknown) => void
}

/** Pages handled at the same time, each on a connection of its own. */
const PAGES = 4
const BALANCE_EVERY_MS = 1_000
const DATABASE_AWAY_MS = 250

export function createSubscription(options: SubscriptionOptions): Subscription {
  const { db, store, head, retry, onError } = options
  const pages = new Set<Promise<void>>()
  const reader = createTicker({ everyMs: 500, tick: () => guarded(read) })
  const balancer = createTicker({ everyMs: BALANCE_EVERY_MS, tick: () => guarded(balance) })
  const stopping = new AbortController()
  let laneCount = options.lanes
  let window = createLaneWindow(laneCount)
  let failures = 0

  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!isConnectionError(error)) onError(error)
    }
  }

  /** Stores how far idle lanes have been read, hands back lanes beyond the fair share, and takes free ones up to it. */
  async function balance(): Promise<void> {
    await storeFrontiers()
    const share = await store.fairShare()
    const idle = window.lanes().filter(({ busy }) => !busy)
    const excess = idle.slice(0, Math.max(0, window.lanes().length - share))
    for (const lane of excess) window.drop(lane)
    if (excess.length > 0) await store.release(excess)
    const missing = share - window.lanes().length
    if (missing <= 0) return
    for (const lease of await store.claim(missing)) window.open(lease)
    reader.wake()
  }

  async function storeFrontiers(): Promise<void> {
    const cursors = window.unstored()
    if (cursors.length === 0) return
    await db.transaction((tx) => store.advance(tx, cursors))
    const stored = new Map(cursors.map(({ lane, cursor }) => [lane, cursor]))
    for (const lane of window.lanes()) lane.cursor = Math.max(lane.cursor, stored.get(lane.lane) ?? 0)
  }

  async function read(): Promise<void> {
    while (!stopping.signal.aborted) {
      const group = window.nextGroup(head())
      if (group === undefined) return
      const some = { count: laneCount, wanted: group.lanes.map(({ lane }) => lane) }
      const interest = { ...options.interest, ...(group.lanes.length === laneCount ? {} : { lanes: some }) }
      const page = await readLog(db, interest, group.after, group.until)
      const rows = Map.groupBy(page.rows, ({ key_hash }) => key_hash % laneCount)
      for (const lane of group.lanes) {
        if (window.holds(lane)) window.enqueue(lane, rows.get(lane.lane) ?? [], page.through)
      }
      schedule()
    }
  }

  function schedule(): void {
    if (stopping.signal.aborted) return
    for (const slices of window.deal(PAGES - pages.size)) {
      for (const { lane } of slices) lane.busy = true
      const page = handlePage(slices).finally(() => {
        for (const { lane } of slices) lane.busy = false
        pages.delete(page)
        schedule()
        reader.wake()
      })
      pages.add(page)
    }
  }

  /** One transaction for the page; if that fails, one for each event. */
  async function handlePage(slices: readonly Slice[]): Promise<void> {
    try {
      await commit(slices)
    } catch (error) {
      if (await isSetBack(slices, error)) return
      for (const { lane, events } of slices) await guarded(() => handleOneByOne(lane, events))
    }
  }

  async function handleOneByOne(lane: Lane, events: readonly ReceivedEvent[]): Promise<void> {
    for (const event of events) {
      if (stopping.signal.aborted || !window.holds(lane)) return
      const slices = [{ lane, events: [event] }]
      try {
        await commit(slices)
      } catch (error) {
        if (await isSetBack(slices, error)) return
        if (options.onFailure === 'block') return holdUp(error)
        await commit(slices, { error })
      }
    }
  }

  async function commit(slices: readonly Slice[], failure?: { error: unknown }): Promise<void> {
    await commitPage(options, slices, failure)
    failures = 0
    for (const slice of slices) window.finish(slice)
  }

  /** True when the failure is not the events' own: they stay where they are and are handled again. */
  async function isSetBack(slices: readonly Slice[], error: unknown): Promise<boolean> {
    if (error instanceof LeaseLost) for (const { lane } of slices) window.drop(lane)
    else if (isConnectionError(error)) await pause(DATABASE_AWAY_MS)
    else return isSerializationError(error)
    return true
  }

  /** The lane stays busy meanwhile; then its first event is tried again. */
  async function holdUp(error: unknown): Promise<void> {
    onError(error)
    failures += 1
    await pause(backoff(failures, { firstMs: retry.firstBackoffMs, mostMs: retry.mostBackoffMs }))
  }

  /** Resolves after `ms`, at once when stopping. */
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined)

  return {
    async start() {
      laneCount = await store.register(options.lanes, options.from)
      window = createLaneWindow(laneCount)
      reader.start()
      balancer.start()
    },
    wake: () => reader.wake(),
    done() {
      const positions = window
        .lanes()
        .map(({ queue, busy, frontier, cursor }) => (queue.length === 0 && !busy ? frontier : cursor))
      return positions.length === 0 ? undefined : Math.min(...positions)
    },
    async stop() {
      stopping.abort()
      await Promise.all([reader.stop(), balancer.stop()])
      await Promise.all(pages)
      await guarded(storeFrontiers)
      await guarded(() => store.unregister())
    },
  }
}
