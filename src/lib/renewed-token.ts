/** A token that is good for some time. */
export interface PassingToken {
  readonly token: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

/** Where the clock of the IAM is far behind ours, each call would ask otherwise. */
const LEAST_MS = 10_000

/**
 * Asks for a token when it is first wanted, and for the next one after half of its life: that is time enough, however busy the IAM is.
 * Callers at the same time share a request, and its failure; the next one asks anew.
 */
export function renewedToken(issue: () => Promise<PassingToken>, now: () => number = Date.now): () => Promise<string> {
  let current: Promise<PassingToken> | undefined
  let renewAt = 0
  return async () => {
    if (current === undefined || now() >= renewAt) {
      const asked = issue()
      current = asked
      const begun = now()
      renewAt = Number.POSITIVE_INFINITY
      try {
        renewAt = begun + Math.max(LEAST_MS, ((await asked).expiresAt - begun) / 2)
      } catch (error) {
        current = undefined
        throw error
      }
    }
    return (await current).token
  }
}
