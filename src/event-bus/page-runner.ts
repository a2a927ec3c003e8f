import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectionLostError } from '../lib/postgres.ts'
import { backoff } from '../lib/task-queue.ts'
import type { Lane, LaneWindow, Slice } from './lane-window.ts'
import { createPageCommit, HandlerFailed, LeaseLost, type PageOptions } from './page.ts'

/** Handles what waits in a window, page by page, a few pages at a time. */
export interface PageRunner {
  /** Begins pages for the lanes that have events and rest. */
  schedule(): void
  /** Resolves when no page is under way. */
  settled(): Promise<void>
}

/** What handling pages takes. */
export interface PageRunnerOptions extends PageOptions {
  /** `block`: a failing event holds up its lane until it succeeds, and never dies. */
  readonly onFailure: 'retry' | 'block'
  readonly window: () => LaneWindow
  /** No page begins any more, and one that is done event by event ends early. */
  readonly stopping: AbortSignal
  /** A page has ended: there is room in the window. */
  readonly onRoom: () => void
  readonly onError: (error: unknown) => void
}

/** Pages handled at the same time, each on a connection of its own. */
const PAGES = 4
const DATABASE_AWAY_MS = 250

/** Creates the runner of one subscription's pages. */
export function createPageRunner(options: PageRunnerOptions): PageRunner {
  const { store, retry, stopping, onRoom, onError } = options
  const commitPage = createPageCommit(options)
  const pages = new Set<Promise<void>>()

  function schedule(): void {
    if (stopping.aborted) return
    const window = options.window()
    for (const slices of window.deal(PAGES - pages.size)) {
      for (const { lane } of slices) lane.busy = true
      const page = handlePage(window, slices).finally(() => {
        for (const { lane } of slices) lane.busy = false
        pages.delete(page)
        schedule()
        onRoom()
      })
      pages.add(page)
    }
  }

  /** One transaction for the page; if that fails, one for each event. */
  async function handlePage(window: LaneWindow, slices: readonly Slice[]): Promise<void> {
    try {
      await commit(window, slices)
    } catch (error) {
      if (await isSetBack(window, slices, error)) return
      const [only, ...others] = slices
      if (only?.events.length === 1 && others.length === 0) await fail(window, only, error)
      else for (const slice of slices) await handleOneByOne(window, slice)
    }
  }

  async function handleOneByOne(window: LaneWindow, { lane, events }: Slice): Promise<void> {
    for (const event of events) {
      if (stopping.aborted || !window.holds(lane)) return
      const slice = { lane, events: [event] }
      try {
        await commit(window, [slice])
      } catch (error) {
        if (await isSetBack(window, [slice], error)) return
        if (!(await fail(window, slice, error))) return
      }
    }
  }

  async function commit(window: LaneWindow, slices: readonly Slice[], failure?: { error: unknown }): Promise<void> {
    await commitPage(slices, failure)
    for (const slice of slices) window.finish(slice)
  }

  /** Settles a single event that failed. Resolves to whether its lane may go on. */
  async function fail(window: LaneWindow, slice: Slice, thrown: unknown): Promise<boolean> {
    const error = thrown instanceof HandlerFailed ? thrown.cause : thrown
    if (options.onFailure === 'block') return holdUp(slice.lane, error)
    try {
      await commit(window, [slice], { error })
      return true
    } catch (keepError) {
      if (await isSetBack(window, [slice], keepError)) return false
      return holdUp(slice.lane, keepError)
    }
  }

  /** The lane's first event is tried again after a while; other lanes go on. */
  function holdUp(lane: Lane, error: unknown): false {
    onError(error)
    lane.heldUp = true
    lane.failures += 1
    pause(backoff(lane.failures, { firstMs: retry.firstBackoffMs, mostMs: retry.mostBackoffMs })).then(() => {
      lane.heldUp = false
      schedule()
    })
    return false
  }

  /** True when the failure is not the events' own: they stay where they are and are handled again. */
  async function isSetBack(window: LaneWindow, slices: readonly Slice[], error: unknown): Promise<boolean> {
    if (error instanceof ConnectionLostError) {
      await pause(DATABASE_AWAY_MS)
      return true
    }
    if (!(error instanceof LeaseLost)) return false
    const lanes = slices.map(({ lane }) => lane)
    for (const lane of lanes) window.drop(lane)
    // Not all of them need be lost. Where this fails, they are claimed anew.
    await store.release(lanes).catch(() => undefined)
    return true
  }

  /** Resolves after `ms`, at once when stopping. */
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal: stopping }).catch(() => undefined)

  return {
    schedule,
    async settled() {
      while (pages.size > 0) await Promise.all(pages)
    },
  }
}
