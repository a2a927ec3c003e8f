/** Something did not end in the time it had. */
export class DeadlineError extends Error {
  constructor(what: string, ms: number) {
    super(`${what} must end within ${ms} ms: it is still running`)
    this.name = 'DeadlineError'
  }
}

/**
 * Waits for `work` at most `ms` milliseconds; then rejects with a `DeadlineError` that says what was waited for. The work itself is not
 * stopped: whoever needs that passes it a signal.
 */
export async function withDeadline<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new DeadlineError(what, ms)), ms)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
