import { nowMicros } from './thing.ts'

/** Counts effects once they are committed, and how long after their sending that was. */
export interface Tally {
  /** `sentAt` of each thing whose effect one subscriber has just committed. */
  committed(sentAt: readonly number[]): void
  /** Resolves to the moment of the last of so many effects, or rejects when none is added for half a minute. */
  until(count: number): Promise<number>
  /** Milliseconds from sending to effect, in order of the effects. */
  latencies(): number[]
  /** Begins anew. */
  reset(): void
}

const PATIENCE_MS = 30_000

/** Creates an empty tally. */
export function createTally(): Tally {
  let latencies: number[] = []
  let at = 0
  let wanted: { count: number; end: PromiseWithResolvers<number> } | undefined

  function settle(): void {
    if (wanted === undefined || latencies.length < wanted.count) return
    wanted.end.resolve(at)
    wanted = undefined
  }

  async function watch(end: PromiseWithResolvers<number>, count: number): Promise<void> {
    let seen = -1
    const timer = setInterval(() => {
      if (latencies.length === seen) {
        end.reject(
          new Error(`Cannot go on as ${count} effects are wanted: there are ${latencies.length} and no more come`),
        )
      }
      seen = latencies.length
    }, PATIENCE_MS)
    await end.promise.catch(() => undefined)
    clearInterval(timer)
  }

  return {
    committed(sentAt) {
      at = nowMicros()
      for (const sent of sentAt) latencies.push((at - sent) / 1_000)
      settle()
    },
    until(count) {
      const end = Promise.withResolvers<number>()
      wanted = { count, end }
      watch(end, count)
      settle()
      return end.promise
    },
    latencies: () => latencies,
    reset() {
      latencies = []
    },
  }
}
