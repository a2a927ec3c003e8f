/** What waits has a key; the queue is fair between keys. */
export interface Keyed {
  readonly key: string
}

/**
 * Two rings of keys, one for fast keys and one for slow ones. Within a ring the keys take turns. A key is slow from `markSlow` to
 * `unmarkSlow`; at most 10,000 slow keys are remembered.
 */
export interface ExpressionQueue<T extends Keyed> {
  readonly size: number
  waitingOf(key: string): number
  isSlow(key: string): boolean
  push(item: T): void
  /** Puts items that were taken, all of one key, back to the front. */
  putBack(items: readonly T[]): void
  /** Takes out one item that waits; false when it does not. */
  remove(item: T): boolean
  /** Up to `count` items of the next fast key that has less than `share` batches out; its `release` is owed. */
  takeFast(count: number, share: number): T[]
  /** One item of the next slow key that has nothing out; its `release` is owed. */
  takeSlow(): T[]
  /** Whether `takeFast` would give something. */
  hasFast(share: number): boolean
  /** Whether `takeSlow` would give something. */
  hasSlow(): boolean
  /** A batch that was taken is done or put back. */
  release(key: string): void
  markSlow(key: string): void
  unmarkSlow(key: string): void
  /** Takes all that waits. */
  drain(): T[]
}

/** A key with what waits for it and the number of its batches that are out. */
interface Lane<T> {
  readonly key: string
  readonly waiting: T[]
  out: number
}

type Ring<T> = Map<string, Lane<T>>

const maxSlowKeys = 10_000

/** Creates an empty queue. */
export function createExpressionQueue<T extends Keyed>(): ExpressionQueue<T> {
  const lanes: Ring<T> = new Map()
  const fast: Ring<T> = new Map()
  const slow: Ring<T> = new Map()
  const slowKeys = new Set<string>()
  let size = 0

  function laneOf(key: string): Lane<T> {
    const lane = lanes.get(key) ?? { key, waiting: [], out: 0 }
    lanes.set(key, lane)
    return lane
  }

  /** Brings the rings into line with the lane: at the end of its ring if something waits, else in none. */
  function place(lane: Lane<T> | undefined): void {
    if (!lane) return
    fast.delete(lane.key)
    slow.delete(lane.key)
    if (lane.waiting.length > 0) (slowKeys.has(lane.key) ? slow : fast).set(lane.key, lane)
    else if (lane.out === 0) lanes.delete(lane.key)
  }

  function next(ring: Ring<T>, share: number): Lane<T> | undefined {
    return ring.values().find((lane) => lane.out < share)
  }

  function take(lane: Lane<T> | undefined, count: number): T[] {
    if (!lane) return []
    const items = lane.waiting.splice(0, count)
    lane.out += 1
    size -= items.length
    place(lane)
    return items
  }

  return {
    get size() {
      return size
    },
    waitingOf: (key) => lanes.get(key)?.waiting.length ?? 0,
    isSlow: (key) => slowKeys.has(key),
    push(item) {
      const lane = laneOf(item.key)
      size += 1
      if (lane.waiting.push(item) === 1) place(lane)
    },
    putBack(items) {
      const [first] = items
      if (!first) return
      const lane = laneOf(first.key)
      lane.waiting.unshift(...items)
      size += items.length
      place(lane)
    },
    remove(item) {
      const lane = lanes.get(item.key)
      const index = lane?.waiting.indexOf(item) ?? -1
      if (!lane || index < 0) return false
      lane.waiting.splice(index, 1)
      size -= 1
      if (lane.waiting.length === 0) place(lane)
      return true
    },
    takeFast: (count, share) => take(next(fast, share), count),
    takeSlow: () => take(next(slow, 1), 1),
    hasFast: (share) => next(fast, share) !== undefined,
    hasSlow: () => next(slow, 1) !== undefined,
    release(key) {
      const lane = lanes.get(key)
      if (!lane) return
      lane.out -= 1
      if (lane.waiting.length === 0) place(lane)
    },
    markSlow(key) {
      slowKeys.add(key)
      const [oldest] = slowKeys
      if (slowKeys.size > maxSlowKeys && oldest !== undefined) this.unmarkSlow(oldest)
      place(lanes.get(key))
    },
    unmarkSlow(key) {
      if (slowKeys.delete(key)) place(lanes.get(key))
    },
    drain() {
      const items = [...lanes.values()].flatMap((lane) => lane.waiting.splice(0))
      for (const lane of [...lanes.values()]) place(lane)
      size = 0
      return items
    },
  }
}
