/** When what was sent under the ids 0, 1, 2 … has arrived, and how often. Grows as needed. */
export interface ArrivalRecord {
  /** Notes an arrival; `at` in milliseconds. */
  note(id: number, at: number): void
  /** Ids that have arrived at least once. */
  readonly distinct: number
  /** For each id the time of its first arrival, `NaN` where there was none, and how often it has arrived. */
  read(): { readonly firstAt: Float64Array; readonly times: Uint8Array }
  clear(): void
}

/** Creates an empty record. */
export function createArrivalRecord(): ArrivalRecord {
  let firstAt = new Float64Array(1 << 16).fill(Number.NaN)
  let times = new Uint8Array(firstAt.length)
  let distinct = 0
  let end = 0

  function grow(): void {
    const longer = new Float64Array(firstAt.length * 2).fill(Number.NaN)
    longer.set(firstAt)
    firstAt = longer
    const more = new Uint8Array(longer.length)
    more.set(times)
    times = more
  }

  return {
    note(id, at) {
      while (id >= firstAt.length) grow()
      end = Math.max(end, id + 1)
      const before = times[id] ?? 0
      if (before === 0) {
        firstAt[id] = at
        distinct += 1
      }
      times[id] = Math.min(before + 1, 255)
    },
    get distinct() {
      return distinct
    },
    read: () => ({ firstAt: firstAt.slice(0, end), times: times.slice(0, end) }),
    clear() {
      firstAt.fill(Number.NaN)
      times.fill(0)
      distinct = 0
      end = 0
    },
  }
}
