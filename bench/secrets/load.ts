/** So many callers at a time, each of whom begins anew when it has its answer. */
export interface Load {
  readonly callers: number
  readonly seconds: number
}

/** How much was done in which time. */
export interface Done {
  readonly count: number
  readonly seconds: number
}

/** Carries out a load; `work` is told its number. Rejects with the first error. */
export async function repeat({ callers, seconds }: Load, work: (n: number) => Promise<void>): Promise<Done> {
  const begin = performance.now()
  const end = begin + seconds * 1e3
  let count = 0
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < end) {
        count += 1
        await work(count)
      }
    }),
  )
  return { count, seconds: (performance.now() - begin) / 1e3 }
}
