import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * A loop that works when woken and, in any case, every `everyMs`. Wake-ups during a tick are kept: one more tick follows. Ticks
 * never overlap. They run in the async context in which the ticker was created, not in that of whoever woke it: the work of the
 * loop is nobody's effect.
 */
export interface Ticker {
  start(): void
  wake(): void
  /** Resolves when the tick under way has ended; no other follows. */
  stop(): Promise<void>
}

/** What is done, and how often. */
export interface TickerOptions {
  readonly everyMs: number
  /** Least time from the beginning of a tick to that of the next one: what wakes it meanwhile shares a tick. Default 0. */
  readonly gapMs?: number
  /** One round of work. It must not throw: handle failures inside. */
  readonly tick: () => Promise<void>
}

/** Creates a loop; it does nothing before `start()`. */
export function createTicker({ everyMs, gapMs = 0, tick }: TickerOptions): Ticker {
  const inOwnContext = AsyncLocalStorage.snapshot()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let again = false
  let active = false
  let begunAt = Number.NEGATIVE_INFINITY

  function wake(): void {
    if (!active) return
    if (running !== undefined) {
      again = true
      return
    }
    clearTimeout(timer)
    running = inOwnContext(run).finally(() => {
      running = undefined
      if (active) timer = setTimeout(wake, everyMs)
    })
  }

  async function run(): Promise<void> {
    do {
      const left = begunAt + gapMs - performance.now()
      if (left > 0) await sleep(left)
      if (!active) return
      again = false
      begunAt = performance.now()
      await tick()
    } while (again && active)
  }

  return {
    start() {
      if (active) return
      active = true
      wake()
    },
    wake,
    async stop() {
      active = false
      clearTimeout(timer)
      await running
    },
  }
}
