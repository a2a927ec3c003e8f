/** Several measurements of one figure. */
export interface Summary {
  readonly median: number
  readonly least: number
  readonly most: number
  readonly values: readonly number[]
}

/** The value in the middle; of an even number the mean of the two. Throws on none. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)]
  if (upper === undefined) throw new RangeError('Cannot give a median as there must be a value')
  const lower = sorted[Math.ceil(middle) - 1] as number
  return (lower + upper) / 2
}

/** The least value that `share` (0 to 1) of all values do not exceed: a value that was measured, never one in between. Throws on none. */
export function percentile(values: readonly number[], share: number): number {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`Cannot give a percentile as it must be from 0 to 1: ${share}`)
  const sorted = ascending(values)
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (found === undefined) throw new RangeError('Cannot give a percentile as there must be a value')
  return found
}

/** Median and spread. Throws on none. */
export function summarise(values: readonly number[]): Summary {
  const sorted = ascending(values)
  return { median: median(values), least: sorted[0] as number, most: sorted.at(-1) as number, values }
}

function ascending(values: readonly number[]): number[] {
  const wrong = values.find((value) => !Number.isFinite(value))
  if (wrong !== undefined) throw new RangeError(`Cannot summarise as every value must be a finite number: ${wrong}`)
  return values.toSorted((a, b) => a - b)
}
