import { AsyncLocalStorage } from 'node:async_hooks'
import { HubError } from './errors.ts'
import { isConnectionError } from './postgres.ts'

/**
 * Gathers what arrives while the previous group is being written and writes it as the next group: one commit for many callers,
 * and no waiting when there is only one.
 */
export interface GroupCommit<Item, Result> {
  /** Resolves to this item's result once its group is durable; rejects with what made the item fail. */
  submit(item: Item): Promise<Result>
  /** Resolves when everything submitted so far is settled. */
  settled(): Promise<void>
}

/** How groups are written. */
export interface GroupCommitOptions<Item, Result> {
  /** Writes a group in one transaction; resolves to one result per item, in order. */
  readonly write: (items: readonly Item[]) => Promise<readonly Result[]>
  /** Most items in a group. Default 256. */
  readonly most?: number
  /** Weight of an item, such as its bytes. Default 1. */
  readonly weigh?: (item: Item) => number
  /** Most weight in a group; a heavier item is a group of its own. Default: no limit. */
  readonly mostWeight?: number
  /** Most weight that may wait; what comes beyond is refused as `unavailable`. Default: no limit. */
  readonly mostWaiting?: number
  /** Groups written at the same time. Default 1; 2 keeps the disk busy while the next group is prepared. */
  readonly parallel?: number
  /**
   * Waited for before each group, while further items gather: resolves to the most items that it may have, at least 1. Is told for how many
   * milliseconds the first item has waited.
   */
  readonly room?: (ageMs: number) => Promise<number>
}

interface Waiting<Item, Result> {
  readonly item: Item
  readonly since: number
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** Creates the queue; nothing is written before the first item. */
export function createGroupCommit<Item, Result>(options: GroupCommitOptions<Item, Result>): GroupCommit<Item, Result> {
  const { write, most = 256, parallel = 1, weigh = () => 1, room } = options
  const { mostWeight = Number.POSITIVE_INFINITY, mostWaiting = Number.POSITIVE_INFINITY } = options
  let waitingWeight = 0
  // A group is not the effect of the caller who happens to be its first.
  const inOwnContext = AsyncLocalStorage.snapshot()
  const waiting: Waiting<Item, Result>[] = []
  const writing = new Set<Promise<void>>()

  function next(): void {
    if (writing.size >= parallel || waiting.length === 0) return
    const written = inOwnContext(writeNext).finally(() => {
      writing.delete(written)
      next()
    })
    writing.add(written)
  }

  async function writeNext(): Promise<void> {
    const places = room === undefined ? most : await roomNow(room)
    await writeGroup(takeGroup(Math.min(most, places)))
  }

  async function roomNow(room: (ageMs: number) => Promise<number>): Promise<number> {
    try {
      return await room(performance.now() - (waiting[0]?.since ?? 0))
    } catch {
      // It should not fail; the group is not to blame if it does.
      return most
    }
  }

  function takeGroup(most: number): Waiting<Item, Result>[] {
    let count = 0
    let weight = 0
    for (const { item } of waiting) {
      weight += weigh(item)
      if (count > 0 && (count >= most || weight > mostWeight)) break
      count += 1
    }
    const group = waiting.splice(0, count)
    for (const { item } of group) waitingWeight -= weigh(item)
    return group
  }

  /**
   * One bad item must not take the others with it: a group that fails is written again item by item. Not after a lost connection:
   * the commit may have arrived, and writing again would do everything twice.
   */
  async function writeGroup(group: readonly Waiting<Item, Result>[]): Promise<void> {
    // Another one may have taken what this one waited with.
    if (group.length === 0) return
    try {
      const results = await write(group.map(({ item }) => item))
      // `write` promises one result per item.
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result)
    } catch (error) {
      const [first, ...others] = group
      const alone = first !== undefined && others.length === 0
      if (alone || isConnectionError(error)) for (const { reject } of group) reject(error)
      else for (const one of group) await writeGroup([one])
    }
  }

  return {
    submit: (item) =>
      new Promise<Result>((resolve, reject) => {
        const weight = weigh(item)
        if (waitingWeight > 0 && waitingWeight + weight > mostWaiting) {
          return reject(new HubError('unavailable', 'Cannot take this in as too much is waiting', { retryAfter: 1 }))
        }
        waitingWeight += weight
        waiting.push({ item, since: performance.now(), resolve, reject })
        // Callers of the same turn of the event loop share a group even when nothing is being written.
        queueMicrotask(next)
      }),
    async settled() {
      while (waiting.length + writing.size > 0) await Promise.all(writing)
    },
  }
}
