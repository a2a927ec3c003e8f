import { withDeadline } from './deadline.ts'
import { messageOf } from './errors.ts'
import type { Logger } from './logger.ts'

/** Something long-lived. `stop` may be called before `start` has ended, and after it failed. */
export interface Part {
  readonly name: string
  start?(): unknown
  stop?(): unknown
  /** Milliseconds for its start; default 60,000, as it may wait for a migration. */
  readonly startDeadline?: number
  /** Milliseconds for its stop; default 10,000. */
  readonly stopDeadline?: number
}

/** The parts that did not stop, with the reason; empty when all is still. */
export interface StopReport {
  readonly failed: readonly { readonly name: string; readonly reason: string }[]
}

/** The parts of a process, in the order in which they start. */
export interface Lifecycle {
  /** Adds a part behind those already there; refused once started or stopped. */
  add(part: Part): Lifecycle
  /**
   * Starts the parts in order; a second call returns the same promise. When one fails, those that were started and the failed
   * one are stopped, and the promise rejects with its error.
   */
  start(): Promise<void>
  /**
   * Stops the parts in reverse order, each within its deadline; a start under way ends before its next part. Never rejects:
   * a part that fails or hangs is reported, and the others are stopped all the same.
   */
  stop(): Promise<StopReport>
}

/** Starts and stops the parts of a process in order. */
export function createLifecycle(logger: Logger): Lifecycle {
  const parts: Part[] = []
  const begun: Part[] = []
  let starting: Promise<void> | undefined
  let stopping: Promise<StopReport> | undefined

  async function startAll() {
    for (const part of parts) {
      if (stopping) throw new Error(`Cannot start "${part.name}" as the process is stopping`)
      begun.push(part)
      await runStep(part.start?.bind(part), part.startDeadline ?? 60_000, `Starting "${part.name}"`)
      logger.debug({ part: part.name }, 'Part started')
    }
  }

  async function stopAll(): Promise<StopReport> {
    const failed: { name: string; reason: string }[] = []
    for (const part of begun.toReversed()) {
      try {
        await runStep(part.stop?.bind(part), part.stopDeadline ?? 10_000, `Stopping "${part.name}"`)
        logger.debug({ part: part.name }, 'Part stopped')
      } catch (error) {
        logger.error({ part: part.name, err: error }, 'Part failed to stop')
        failed.push({ name: part.name, reason: messageOf(error) })
      }
    }
    return { failed }
  }

  return {
    add(part) {
      if (starting || stopping)
        throw new Error(`Cannot add part "${part.name}" as all parts must be added before the start`)
      parts.push(part)
      return this
    },
    start() {
      starting ??= startAll().catch(async (error: unknown) => {
        // A stop that was asked for meanwhile does this itself, and waits for this promise: waiting for it here would hang.
        if (!stopping) {
          stopping = stopAll()
          await stopping
        }
        throw error
      })
      return starting
    },
    stop() {
      stopping ??= (starting ?? Promise.resolve()).then(stopAll, stopAll)
      return stopping
    },
  }
}

/** An `async` function so that a step that throws at once rejects like any other. */
async function runStep(step: (() => unknown) | undefined, deadline: number, what: string): Promise<void> {
  if (step) await withDeadline(Promise.resolve(step()), deadline, what)
}
