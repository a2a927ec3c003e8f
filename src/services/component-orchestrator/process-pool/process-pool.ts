import { BusyError, TerminalError } from '#lib/errors'
import { createFairQueue } from './fair-queue.ts'
import { createScheduler, type Job } from './scheduler.ts'
import type { WorkerAnswer } from './worker-process.ts'

/** Bounds of the pool; all have a default. */
export interface ProcessPoolOptions {
  /** Processes at most, at least 2; default 4. */
  readonly maxProcesses?: number
  /** Milliseconds one evaluation may run; default 1,000. */
  readonly deadline?: number
  /** Heap of a process in MiB; default 256. */
  readonly memoryMb?: number
  /** Bytes of all messages that one evaluation gives; default 10 MiB. */
  readonly maxResultBytes?: number
  /** Messages that one evaluation gives; default 10,000. */
  readonly maxOutputs?: number
  /** Evaluations under way or waiting, and the characters of their messages together; default 10,000 and 64 Mi. */
  readonly maxPending?: number
  readonly maxPendingChars?: number
  /** Milliseconds after which an idle process is ended; default 10,000. */
  readonly idleTime?: number
  /** Keeps one process ready from `start` on; default false: the first evaluation then waits for about 0.1 s. */
  readonly warm?: boolean
}

/** One evaluation. */
export interface Evaluation {
  /** Whose evaluation it is, usually flow and step: keys take turns. */
  readonly key: string
  /** URL of the component's module. */
  readonly module: string
  /** JSON texts. */
  readonly fields: string
  readonly message: string
  readonly signal?: AbortSignal | undefined
}

/** Runs the components that evaluate expressions of tenants. */
export interface ProcessPool {
  start(): void
  /**
   * The messages that the component emits, as JSON texts. Rejects with a `TerminalError` when the expression fails, takes too
   * long or needs too much; with another error, to be tried again after its `retryAfter` ms, when the pool is full or stopped. An
   * aborted one rejects with the signal's reason.
   */
  run(evaluation: Evaluation): Promise<string[]>
  /** Rejects what waits or runs; resolves when all processes have ended. */
  stop(): Promise<void>
  /** Numbers for metrics. */
  readonly stats: { readonly processes: number; readonly pending: number }
}

/** More evaluations of a slow key would wait for long, and hold their tasks meanwhile. */
const maxPendingOfSlowKey = 16

/**
 * Creates the pool. Processes, not threads: V8 ends the whole process when a single allocation finds no memory, and
 * `resourceLimits` of a worker thread do not change that: in a thread, `$pad("x", 500000000)` ends the hub. A process costs less
 * besides: with 8 evaluations under way 7 µs there and back for a small message and 45 µs for 30 KB, where piscina, which can
 * abort a thread but knows no keys and no batches, needs 41 and 46 µs.
 *
 * An expression that runs for ever fails at its deadline and delays nobody else: `scheduler.ts` tells how.
 */
export function createProcessPool(options: ProcessPoolOptions = {}): ProcessPool {
  const { maxProcesses = 4, deadline = 1_000, memoryMb = 256, idleTime = 10_000, warm = false } = options
  const { maxPending = 10_000, maxPendingChars = 64 * 1024 * 1024 } = options
  const outputs = { maxOutputs: options.maxOutputs ?? 10_000, maxBytes: options.maxResultBytes ?? 10 * 1024 * 1024 }
  if (maxProcesses < 2)
    throw new Error(`Cannot create expression pool of ${maxProcesses} processes as it must have at least 2`)

  const queue = createFairQueue<Job>()
  const scheduler = createScheduler(queue, { maxProcesses, deadline, memoryMb, idleTime, warm, outputs })
  const pending = new Set<Job>()
  let pendingChars = 0
  let stopped = false

  function refusal(evaluation: Evaluation): string | undefined {
    if (stopped) return 'the pool must be running'
    if (pending.size >= maxPending) return `less than ${maxPending} evaluations must be pending`
    if (pendingChars > 0 && pendingChars + evaluation.message.length > maxPendingChars) {
      return `the pending messages must have less than ${maxPendingChars} characters`
    }
    if (queue.isSlow(evaluation.key) && queue.waitingOf(evaluation.key) >= maxPendingOfSlowKey) {
      return `less than ${maxPendingOfSlowKey} evaluations of a slow expression must wait`
    }
    return undefined
  }

  function enqueue(evaluation: Evaluation): Promise<string[]> {
    const { promise, resolve, reject } = Promise.withResolvers<string[]>()
    const { key, module, fields, message, signal } = evaluation
    const end = () => {
      signal?.removeEventListener('abort', onAbort)
      if (pending.delete(job)) pendingChars -= message.length
    }
    const job: Job = {
      key,
      request: { module, fields, message },
      isPending: () => pending.has(job),
      crashes: 0,
      settle(answer: WorkerAnswer) {
        end()
        if ('outputs' in answer) resolve(answer.outputs)
        else reject(new TerminalError(answer.failure))
      },
      fail(error) {
        end()
        reject(error)
      },
    }
    const onAbort = () => {
      queue.remove(job)
      job.fail(signal?.reason)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    pending.add(job)
    pendingChars += message.length
    queue.push(job)
    scheduler.wake()
    return promise
  }

  return {
    start: () => scheduler.start(),
    async run(evaluation) {
      evaluation.signal?.throwIfAborted()
      const reason = refusal(evaluation)
      if (reason) throw new BusyError(`Cannot evaluate expression as ${reason}`, deadline)
      return enqueue(evaluation)
    },
    async stop() {
      stopped = true
      queue.drain()
      const ended = scheduler.stop()
      for (const job of [...pending]) job.fail(new Error('Cannot evaluate expression as the pool must be running'))
      await ended
    },
    get stats() {
      return { processes: scheduler.processes, pending: pending.size }
    },
  }
}
