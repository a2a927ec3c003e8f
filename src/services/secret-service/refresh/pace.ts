import type { Secret } from '../secret/secret.ts'

const MINUTE_MS = 60_000
/** So long before its end a value is renewed, so that it does not end on the way to whoever uses it. */
const MARGIN_MS = 5 * MINUTE_MS

/**
 * Whether the next value is wanted before this one is given out: there is none yet, it is over, or less than five minutes or a quarter of its
 * life is left, whichever is shorter. One that is still good waits for a failure's pause to end.
 */
export function isDue({ renews, refreshedAt, expiresAt, nextRefreshAt }: Secret, now: Date): boolean {
  if (!renews) return false
  if (refreshedAt === undefined) return true
  if (expiresAt === undefined) return false
  const left = expiresAt.getTime() - now.getTime()
  if (left <= 0) return true
  if (nextRefreshAt !== undefined && nextRefreshAt > now) return false
  return left < Math.min(MARGIN_MS, (expiresAt.getTime() - refreshedAt.getTime()) / 4)
}

/** A failure among those in a row, from 1. */
export interface Failing {
  readonly failures: number
  readonly isFinal: boolean
  /** What the provider wants. */
  readonly retryAfterMs: number | undefined
}

/**
 * Milliseconds before the next attempt. After what may pass by itself: from a second doubling to five minutes, spread by a fifth each way, or as
 * the provider wants. After a refusal: readers may ask anew at once twice, as somebody may have mended it there, then from a second doubling to one
 * minute; nobody else asks.
 */
export function pauseMs({ failures, isFinal, retryAfterMs = 0 }: Failing, random: () => number): number {
  if (isFinal) return failures <= 2 ? 0 : Math.min(1_000 * 2 ** Math.min(failures - 3, 20), MINUTE_MS)
  const pause = Math.min(1_000 * 2 ** Math.min(failures - 1, 20), MARGIN_MS)
  return Math.max(pause * (0.8 + 0.4 * random()), retryAfterMs)
}
