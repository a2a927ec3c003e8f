import { AsyncLocalStorage } from 'node:async_hooks'

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
  /** One round of work. It must not throw: handle failures inside. */
  readonly tick: () => Promise<void>
}

/** Creates a loop; it does nothing before `start()`. */
export function createTicker({ everyMs, tick }: TickerOptions): Ticker {
  const inOwnContext = AsyncLocalStorage.snapshot()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let again = false
  let active = false

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
      again = false
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
