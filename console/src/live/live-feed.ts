import type { Problem } from '../api/problem.ts'
import { type ConnectionState, connectLive } from './live-connection.ts'
import { type LiveEvent, readLiveEvent } from './live-event.ts'
import { liveUrl } from './name-patterns.ts'

/** What a page shows of the stream at one moment. */
export interface FeedState {
  readonly connection: ConnectionState
  readonly problem: Problem | undefined
  /** The latest first, at most `MOST_EVENTS`. */
  readonly events: readonly LiveEvent[]
  readonly isPaused: boolean
  /** Events that came since the pause. */
  readonly waiting: number
  /** Set when events were missed. */
  readonly gap: { readonly after: number; readonly until: number } | undefined
}

/** Events kept and shown. */
export const MOST_EVENTS = 500
/** Events from before, to begin with. */
const RECENT = 100

/** A live list of events. */
export interface LiveFeed {
  state(): FeedState
  /** Called after each change, at most once a frame of the screen. Returns how to stop. */
  subscribe(listener: () => void): () => void
  /** Keeps what comes from now on out of the list, until it is called with false. */
  pause(isPaused: boolean): void
  /** Begins; returns how to end. */
  open(): () => void
}

/** Collects what the stream brings and hands it on frame by frame, so that hundreds of events a second cost one update each frame. */
export function createLiveFeed(patterns: readonly string[]): LiveFeed {
  let state: FeedState = {
    connection: 'connecting',
    problem: undefined,
    events: [],
    isPaused: false,
    waiting: 0,
    gap: undefined,
  }
  const listeners = new Set<() => void>()
  /** The latest last: what is not in the list yet. */
  let arrived: LiveEvent[] = []
  let count = 0
  let lastPosition = 0
  let frame = 0

  function set(change: Partial<FeedState>) {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }

  function flush() {
    frame = 0
    if (state.isPaused) return set({ waiting: count })
    const events = [...arrived.toReversed(), ...state.events].slice(0, MOST_EVENTS)
    arrived = []
    count = 0
    set({ events, waiting: 0 })
  }

  function onMessage(data: string) {
    const event = readLiveEvent(data)
    // A stream that had to be begun anew brings some events again.
    if (event.position <= lastPosition) return
    lastPosition = event.position
    arrived.push(event)
    // Screens that are not shown have no frames.
    if (arrived.length > 2 * MOST_EVENTS) arrived = arrived.slice(-MOST_EVENTS)
    count += 1
    frame ||= requestAnimationFrame(flush)
  }

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    pause(isPaused) {
      set({ isPaused })
      if (!isPaused) flush()
    },
    open() {
      const close = connectLive(liveUrl(patterns, RECENT), {
        onMessage,
        onGap: (gap) => set({ gap }),
        onState: (connection, problem) => set({ connection, problem }),
      })
      return () => {
        close()
        cancelAnimationFrame(frame)
        frame = 0
      }
    },
  }
}
