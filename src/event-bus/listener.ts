import { type Database, isConnectionError } from '../lib/postgres.ts'
import { createTicker } from '../lib/ticker.ts'
import { type ReceivedEvent, toEvent } from './event.ts'
import { readLog, UNSEQUENCED } from './log-reader.ts'
import { matcher, patternSource } from './pattern.ts'

/** A listener in force. */
export interface Listening {
  /**
   * Milliseconds since this process last made sure, by a read of the database, that it had passed every event committed until
   * then to the listener; Infinity before the first time. What a cache may trust.
   */
  freshness(): number
  stop(): void
}

/** Hands events to every process from now on: nothing is stored, nothing is repeated after a restart. */
export interface Listeners {
  listen(names: string | readonly string[], handler: (event: ReceivedEvent) => void): Listening
  wake(): void
  /** To be called once `head` is known. */
  start(): void
  stop(): Promise<void>
}

/** What listeners need. */
export interface ListenersOptions {
  readonly db: Database
  /** The last position given, as far as this process knows. */
  readonly head: () => number
  readonly onError: (error: unknown) => void
  /** Default: a monotonic clock, in milliseconds. */
  readonly now?: () => number
}

/** A third of the second within which a revocation must be in force everywhere. */
const LOOK_EVERY_MS = 300

/**
 * One row: how far positions go, and how old the knowledge is. Events that are committed and wait for their position count from the
 * sequencer's last look, so that a sequencer that stands still makes the knowledge old.
 */
const LOOK = {
  name: 'listener-look',
  text: `
  select s.last_position,
         case when ${UNSEQUENCED}
              then greatest(0, extract(epoch from clock_timestamp() - s.sequenced_at)::float8 * 1000)
              else 0 end as age
    from event_bus.sequencer s`,
}

interface Entry {
  readonly patterns: readonly string[]
  readonly matches: (name: string) => boolean
  readonly handler: (event: ReceivedEvent) => void
}

/** Creates the listeners of this process; they hear nothing before `start()`. */
export function createListeners({ db, head, onError, now = () => performance.now() }: ListenersOptions): Listeners {
  const entries = new Set<Entry>()
  const ticker = createTicker({ everyMs: LOOK_EVERY_MS, tick: look })
  let position = 0
  let confirmedAt = Number.NEGATIVE_INFINITY

  async function look(): Promise<void> {
    if (entries.size === 0) return
    try {
      const lookedAt = now()
      const [state] = await db.query<{ last_position: number; age: number }>(LOOK)
      if (state === undefined) return
      await catchUp(state.last_position)
      confirmedAt = Math.max(confirmedAt, lookedAt - state.age)
    } catch (error) {
      if (!isConnectionError(error)) onError(error)
    }
  }

  async function catchUp(until: number): Promise<void> {
    while (position < until && entries.size > 0) {
      const names = patternSource([...entries].flatMap(({ patterns }) => patterns))
      const { rows, through } = await readLog(db, { names, foreign: true }, position, until)
      for (const row of rows) dispatch(toEvent(row, { attempt: 1, replay: false }))
      position = through
    }
  }

  function dispatch(event: ReceivedEvent): void {
    for (const { matches, handler } of entries) {
      if (!matches(event.name)) continue
      try {
        handler(event)
      } catch (error) {
        onError(error)
      }
    }
  }

  return {
    listen(names, handler) {
      const patterns = [names].flat()
      const entry = { patterns, matches: matcher(patterns), handler }
      // What this process knew of before was before now. Anything later may matter to the listener.
      if (entries.size === 0) position = Math.max(position, head())
      // What was confirmed before did not concern this listener.
      const since = now()
      entries.add(entry)
      ticker.wake()
      return {
        freshness: () => (confirmedAt >= since ? now() - confirmedAt : Number.POSITIVE_INFINITY),
        stop: () => void entries.delete(entry),
      }
    },
    wake: () => ticker.wake(),
    start() {
      position = Math.max(position, head())
      ticker.start()
    },
    stop: () => ticker.stop(),
  }
}
