import { setTimeout as sleep } from 'node:timers/promises'

/** Wakes those who wait for news of a secret. */
export interface Signals {
  /** From this call on, no news is missed. To be ended in any case. */
  watch(id: string): { within(ms: number): Promise<void>; end(): void }
  /** There is news. */
  raise(id: string): void
}

/** Creates the signals of a process. */
export function createSignals(): Signals {
  const waiting = new Map<string, Set<() => void>>()
  return {
    watch(id) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const others = waiting.get(id) ?? new Set()
      waiting.set(id, others.add(resolve))
      return {
        async within(ms) {
          const timer = new AbortController()
          const late = sleep(ms, undefined, { signal: timer.signal }).catch(() => undefined)
          await Promise.race([promise, late])
          timer.abort()
        },
        end() {
          others.delete(resolve)
          if (others.size === 0 && waiting.get(id) === others) waiting.delete(id)
        },
      }
    },
    raise(id) {
      for (const resolve of waiting.get(id) ?? []) resolve()
    },
  }
}
