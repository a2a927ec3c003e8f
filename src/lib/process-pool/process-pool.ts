import { BusyError, TerminalError } from '../errors.ts'
import { createFairQueue } from './fair-queue.ts'
import { createScheduler, type Job } from './scheduler.ts'
import type { WorkerAnswer, WorkerRequest } from './wire-format.ts'
import type { WorkerProgram } from './worker-process.ts'

/** What a pool runs, and its bounds. */
export interface ProcessPoolOptions {
  /** What one request is, as error sentences name it: "evaluation of an expression". */
  readonly what: string
  /** What its processes run; they have no environment and can start nothing, and write nothing but answers. */
  readonly worker: WorkerProgram
  /** Processes at most, at least 2; default 4. */
  readonly maxProcesses?: number
  /** Milliseconds one request may run; default 1,000. */
  readonly deadline?: number
  /** Heap of a process in MiB; default 256. */
  readonly memoryMb?: number
  /** Requests under way or waiting, and their weights together; default 10,000 and 64 Mi. */
  readonly maxPending?: number
  readonly maxPendingWeight?: number
  /** Milliseconds after which an idle process is ended; default 10,000. */
  readonly idleTime?: number
  /** Keeps one process ready from `start` on; default false: the first request then waits for about 0.1 s. */
  readonly warm?: boolean
}

/** One request and whose it is. */
export interface PoolRequest {
  /** Whose work it is: keys take turns, and one whose requests are slow delays no other. */
  readonly key: string
  /** JSON texts by name, of which the worker gets one object. */
  readonly request: WorkerRequest
  /** What it counts of `maxPendingWeight`; default the characters of its texts. */
  readonly weight?: number
  readonly signal?: AbortSignal | undefined
}

/** Sandboxed processes that answer requests. */
export interface ProcessPool {
  start(): void
  /**
   * The answer, as JSON texts. Rejects with a `TerminalError` when the request fails, takes too long or needs too much memory; with a
   * `BusyError`, to be tried again after its `retryAfter` ms, when the pool is full or stopped; with another error, after which it may
   * be tried again too, when processes do not start, end unexpectedly, or are stopped meanwhile. An aborted one rejects with the
   * signal's reason. A request may be run more than once, so it must have no effect but its answer.
   */
  run(request: PoolRequest): Promise<string[]>
  /** Rejects what waits or runs; resolves when all processes have ended. */
  stop(): Promise<void>
  /** Numbers for metrics. */
  readonly stats: { readonly processes: number; readonly pending: number }
}

/** More requests of a slow key would wait for long, and hold their callers meanwhile. */
const maxPendingOfSlowKey = 16

/**
 * Creates the pool. Processes, not threads: V8 ends the whole process when a single allocation finds no memory, and
 * `resourceLimits` of a worker thread do not change that: in a thread, making JSON of a string of 500,000,000 characters ends the
 * hub. A process costs less besides: with 8 requests under way 7 µs there and back for a small one and 45 µs for 30 KB, where
 * piscina, which can abort a thread but knows no keys and no batches, needs 41 and 46 µs.
 *
 * A request that runs for ever fails at its deadline and delays nobody else: `scheduler.ts` tells how.
 */
export function createProcessPool(options: ProcessPoolOptions): ProcessPool {
  const { what, worker, maxProcesses = 4, deadline = 1_000, memoryMb = 256, idleTime = 10_000, warm = false } = options
  const { maxPending = 10_000, maxPendingWeight = 64 * 1024 * 1024 } = options
  if (maxProcesses < 2) {
    throw new Error(`Cannot create pool for ${what} as "maxProcesses" must be at least 2: it is ${maxProcesses}`)
  }

  const queue = createFairQueue<Job>()
  const scheduler = createScheduler(queue, { what, worker, maxProcesses, deadline, memoryMb, idleTime, warm })
  const pending = new Set<Job>()
  let pendingWeight = 0
  let stopped = false

  function refusal(key: string, weight: number): string | undefined {
    if (stopped) return 'the pool must be running'
    if (pending.size >= maxPending) return `less than ${maxPending} requests must be pending`
    if (pendingWeight > 0 && pendingWeight + weight > maxPendingWeight) {
      return `the weight of pending requests must be less than ${maxPendingWeight}`
    }
    if (queue.isSlow(key) && queue.waitingOf(key) >= maxPendingOfSlowKey) {
      return `less than ${maxPendingOfSlowKey} requests of a slow key must wait`
    }
    return undefined
  }

  function enqueue({ key, request, signal }: PoolRequest, weight: number): Promise<string[]> {
    const { promise, resolve, reject } = Promise.withResolvers<string[]>()
    const end = () => {
      signal?.removeEventListener('abort', onAbort)
      if (pending.delete(job)) pendingWeight -= weight
    }
    const job: Job = {
      key,
      request,
      isPending: () => pending.has(job),
      crashes: 0,
      settle(answer: WorkerAnswer) {
        end()
        if ('texts' in answer) resolve(answer.texts)
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
    pendingWeight += weight
    queue.push(job)
    scheduler.wake()
    return promise
  }

  return {
    start: () => scheduler.start(),
    async run(request) {
      request.signal?.throwIfAborted()
      const weight = request.weight ?? weightOf(request.request)
      const reason = refusal(request.key, weight)
      if (reason) throw new BusyError(`Cannot run ${what} as ${reason}`, deadline)
      return enqueue(request, weight)
    },
    async stop() {
      stopped = true
      queue.drain()
      const ended = scheduler.stop()
      for (const job of [...pending]) job.fail(new Error(`Cannot run ${what} as the pool must be running`))
      await ended
    },
    get stats() {
      return { processes: scheduler.processes, pending: pending.size }
    },
  }
}

function weightOf(request: WorkerRequest): number {
  return Object.values(request).reduce((sum, text) => sum + text.length, 0)
}
