/** Failed logins of one account, or of one unknown name, within a window of a minute. */
export interface FailureCount {
  /** When the window began. */
  readonly since: Date
  /** In this window. */
  readonly failures: number
  /** Those of which no event has told. */
  readonly untold: number
}

/** Length of a window. */
export const WINDOW_MS = 60_000
/** The first ones of a window have an event each; the rest share one when the window has ended. */
export const TOLD_ALONE = 5

/** Counts one more failure: the new count, whether it gets an event of its own, and how many earlier ones are to be told of now. */
export function countFailure(
  before: FailureCount,
  now: Date,
): { readonly count: FailureCount; readonly tell: boolean; readonly tellHeldBack: number } {
  const ended = now.getTime() - before.since.getTime() >= WINDOW_MS
  if (ended) return { count: { since: now, failures: 1, untold: 0 }, tell: true, tellHeldBack: before.untold }
  const failures = before.failures + 1
  const tell = failures <= TOLD_ALONE
  return { count: { since: before.since, failures, untold: before.untold + (tell ? 0 : 1) }, tell, tellHeldBack: 0 }
}
