/** What waits has a key; the queue is fair between keys. */
export interface Keyed {
  readonly key: string
}

/**
 * Three rings of keys: those known to be fast, those known to be slow, and new ones. Within a ring the keys take turns. The
 * standing of the last 10,000 keys is remembered.
 */
export interface FairQueue<T extends Keyed> {
  readonly size: number
  waitingOf(key: string): number
  isSlow(key: string): boolean
  push(item: T): void
  /** Puts items that were taken, all of one key, back to the front. */
  putBack(items: readonly T[]): void
  /** Takes out one item that waits; false when it does not. */
  remove(item: T): boolean
  /**
   * Up to `count` items of the next fast or new key that has less than `share` batches out; its `release` is owed. Fast and new keys
   * take turns, so that a flood of new ones does not hold up those that are known.
   */
  takeFast(count: number, share: number): T[]
  /** Up to `count` further items for a batch of a fast key that is out; none while other keys wait. */
  takeMore(key: string, count: number): T[]
  /** One item of the next slow key that has nothing out; its `release` is owed. */
  takeSlow(): T[]
  /** Whether `takeFast` would give something. */
  hasFast(share: number): boolean
  /** Whether `takeSlow` would give something. */
  hasSlow(): boolean
  /** A batch that was taken is done or put back. */
  release(key: string): void
  rate(key: string, standing: Standing): void
  /** Takes all that waits. */
  drain(): T[]
}

/** What is known of a key; nothing of a new one. */
export type Standing = 'fast' | 'slow'

/** A key with what waits for it and the number of its batches that are out. */
interface Lane<T> {
  readonly key: string
  readonly waiting: T[]
  out: number
}

type Ring<T> = Map<string, Lane<T>>

const maxStandings = 10_000

/** Creates an empty queue. */
export function createFairQueue<T extends Keyed>(): FairQueue<T> {
  const lanes: Ring<T> = new Map()
  const rings: Record<Standing | 'new', Ring<T>> = { fast: new Map(), slow: new Map(), new: new Map() }
  const standings = new Map<string, Standing>()
  let size = 0
  let turn: 'fast' | 'new' = 'fast'

  function laneOf(key: string): Lane<T> {
    const lane = lanes.get(key) ?? { key, waiting: [], out: 0 }
    lanes.set(key, lane)
    return lane
  }

  /** Brings the rings into line with the lane: at the end of its ring if something waits, else in none. */
  function place(lane: Lane<T> | undefined): void {
    if (!lane) return
    for (const ring of Object.values(rings)) ring.delete(lane.key)
    if (lane.waiting.length > 0) rings[standings.get(lane.key) ?? 'new'].set(lane.key, lane)
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

  function nextFast(share: number): Lane<T> | undefined {
    const other = turn === 'fast' ? 'new' : 'fast'
    return next(rings[turn], share) ?? next(rings[other], share)
  }

  return {
    get size() {
      return size
    },
    waitingOf: (key) => lanes.get(key)?.waiting.length ?? 0,
    isSlow: (key) => standings.get(key) === 'slow',
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
    takeFast(count, share) {
      const lane = nextFast(share)
      turn = turn === 'fast' ? 'new' : 'fast'
      return take(lane, count)
    },
    takeMore(key, count) {
      const lane = lanes.get(key)
      if (lane === undefined || standings.get(key) !== 'fast' || lane.waiting.length < size) return []
      const items = lane.waiting.splice(0, count)
      size -= items.length
      if (lane.waiting.length === 0) place(lane)
      return items
    },
    takeSlow: () => take(next(rings.slow, 1), 1),
    hasFast: (share) => nextFast(share) !== undefined,
    hasSlow: () => next(rings.slow, 1) !== undefined,
    release(key) {
      const lane = lanes.get(key)
      if (!lane) return
      lane.out -= 1
      if (lane.waiting.length === 0) place(lane)
    },
    rate(key, standing) {
      const before = standings.get(key)
      standings.delete(key)
      standings.set(key, standing)
      const [oldest] = standings.keys()
      if (standings.size > maxStandings && oldest !== undefined) {
        standings.delete(oldest)
        place(lanes.get(oldest))
      }
      if (standing !== before) place(lanes.get(key))
    },
    drain() {
      const items = [...lanes.values()].flatMap((lane) => lane.waiting.splice(0))
      for (const lane of [...lanes.values()]) place(lane)
      size = 0
      return items
    },
  }
}
