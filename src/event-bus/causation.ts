import { AsyncLocalStorage } from 'node:async_hooks'

/** What the work under way goes back to; stamped on every event published meanwhile. */
export interface Cause {
  readonly correlationId?: string | undefined
  readonly causationId?: string | undefined
  readonly traceparent?: string | undefined
}

const current = new AsyncLocalStorage<Cause>()

/** Runs `work` as an effect of `cause`: a request, a handled event, a run. */
export function causedBy<T>(cause: Cause, work: () => T): T {
  return current.run(cause, work)
}

/** The cause of the work under way; empty when it is a first cause. */
export function currentCause(): Cause {
  return current.getStore() ?? {}
}
