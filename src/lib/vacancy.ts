/** Lets those wait who want places when all are taken. */
export interface Vacancy {
  /** Resolves to the number of free places as soon as there are any; to 0 when there are none within `mostMs`. */
  wait(mostMs: number): Promise<number>
  /** Places may have become free. What becomes free in the same turn of the event loop is found together. */
  changed(): void
}

/** Creates it over a count of free places. */
export function createVacancy(free: () => number): Vacancy {
  const waiting = new Set<(places: number) => void>()
  let looking = false

  function look(): void {
    looking = false
    const places = free()
    if (places > 0) for (const resolve of waiting) resolve(places)
  }

  return {
    async wait(mostMs) {
      const places = free()
      if (places > 0) return places
      const { promise, resolve } = Promise.withResolvers<number>()
      const timer = setTimeout(resolve, mostMs, 0)
      waiting.add(resolve)
      try {
        return await promise
      } finally {
        clearTimeout(timer)
        waiting.delete(resolve)
      }
    },
    changed() {
      if (looking || waiting.size === 0) return
      looking = true
      setImmediate(look)
    },
  }
}
