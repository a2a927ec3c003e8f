import { useSyncExternalStore } from 'react'

/** How often times that are shown relative to now are told anew, in milliseconds. */
const TICK_MS = 5_000

const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void) {
  if (listeners.size === 0) {
    now = Date.now()
    timer = setInterval(() => {
      now = Date.now()
      for (const each of listeners) each()
    }, TICK_MS)
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) clearInterval(timer)
  }
}

/** The time in milliseconds, a few seconds exact; one clock for everything on the screen. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}
