/** Random choices that a seed repeats. */
export interface Random {
  /** Both ends included. */
  integer(least: number, most: number): number
  pick<T>(from: readonly T[]): T
}

/** mulberry32 (Tommy Ettinger, 2017, public domain): 32 bits of state, good enough to choose moments. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const integer = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return {
    integer,
    // The index is within the list.
    pick: <T>(from: readonly T[]) => from[integer(0, from.length - 1)] as T,
  }
}
