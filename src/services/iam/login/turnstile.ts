/** Lets a few through at a time and keeps a bounded number waiting, first come first served. */
export interface Turnstile {
  /** Runs `work` when its turn comes; throws what `refuse` makes when too many wait. */
  pass<T>(work: () => Promise<T>): Promise<T>
}

/** How many pass and wait, and what the others are told. */
export interface TurnstileOptions {
  readonly atOnce: number
  readonly mostWaiting: number
  readonly refuse: () => Error
}

/** Makes a turnstile with nobody inside. */
export function createTurnstile({ atOnce, mostWaiting, refuse }: TurnstileOptions): Turnstile {
  const waiting: (() => void)[] = []
  let inside = 0

  async function enter(): Promise<void> {
    if (inside < atOnce) {
      inside++
      return
    }
    if (waiting.length >= mostWaiting) throw refuse()
    // Whoever leaves hands the place on, so that nobody slips in between.
    await new Promise<void>((resolve) => waiting.push(resolve))
  }

  function leave(): void {
    const next = waiting.shift()
    if (next) next()
    else inside--
  }

  return {
    async pass(work) {
      await enter()
      try {
        return await work()
      } finally {
        leave()
      }
    },
  }
}
