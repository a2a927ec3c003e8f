import { isConnectionError } from './postgres.ts'
import type { Lease, TaskQueue, TaskRow } from './task-queue.ts'
import { createTicker } from './ticker.ts'

/** Takes tasks of its queues and runs up to `concurrency` of them at a time, until stopped. */
export interface TaskWorker {
  start(): void
  /** Looks for work now: call it after enqueuing in this process. Others look every 500 ms. */
  wake(): void
  /** Takes no more tasks, aborts the signal of those that run after `graceMs`, and resolves when all are settled. */
  stop(): Promise<void>
}

/** What is worked on, and how. */
export interface TaskWorkerOptions<Row extends TaskRow> {
  readonly queue: TaskQueue<Row>
  /** Names of the queues; read at each look, so that they may grow. */
  readonly queues: () => readonly string[]
  /** Most tasks at a time in this process. */
  readonly concurrency: number
  /**
   * Does the work and settles the task (finish, retry or bury), all before it resolves. If it throws, the task was not settled: it
   * is handed back and taken up again a second later, the attempt not counted.
   */
  readonly run: (task: Row, signal: AbortSignal) => Promise<void>
  readonly onError: (error: unknown, task?: Row) => void
  /** A task whose worker has died is buried when it has had so many attempts. Default 20. */
  readonly mostAttempts?: (queue: string) => number
  /** How long running tasks may go on after `stop()`. Default 10,000 ms. */
  readonly graceMs?: number
}

/** Another process cannot wake us: this is the most that a task waits for a look. */
const LOOK_EVERY_MS = 500
/** What could not even be settled as failed would otherwise be taken up again at once, for ever. */
const UNSETTLED_DELAY_MS = 1_000
/** How often tasks of dead members are looked for. */
const RECLAIM_EVERY_MS = 2_000

/** Creates a worker; it takes nothing before `start()`. */
export function createTaskWorker<Row extends TaskRow>(options: TaskWorkerOptions<Row>): TaskWorker {
  const { queue, concurrency, run, onError, graceMs = 10_000 } = options
  const running = new Map<Lease, Promise<void>>()
  const abort = new AbortController()
  const looker = createTicker({ everyMs: LOOK_EVERY_MS, tick: () => guarded(look) })
  const reclaimer = createTicker({
    everyMs: RECLAIM_EVERY_MS,
    tick: () =>
      guarded(async () => {
        if ((await queue.reclaim(options.queues(), options.mostAttempts)) > 0) looker.wake()
      }),
  })
  let stopped = false
  let lostAnswer = false

  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!isConnectionError(error)) onError(error)
    }
  }

  async function look(): Promise<void> {
    const room = concurrency - running.size
    if (room <= 0) return
    const tasks = await claim(room)
    if (stopped) return queue.release(tasks)
    for (const task of tasks) begin(task)
    if (tasks.length === room) looker.wake()
  }

  /** A claim that failed may have been committed all the same: then tasks are leased to us that nobody works on. */
  async function claim(room: number): Promise<Row[]> {
    if (lostAnswer) await queue.disown(options.queues(), [...running.keys()])
    lostAnswer = true
    const tasks = await queue.claim(options.queues(), room)
    lostAnswer = false
    return tasks
  }

  function begin(task: Row): void {
    const work = settle(task).finally(() => {
      running.delete(task)
      looker.wake()
    })
    running.set(task, work)
  }

  async function settle(task: Row): Promise<void> {
    try {
      await run(task, abort.signal)
    } catch (error) {
      onError(error, task)
      await handBack(task)
    }
  }

  /**
   * While the database is away the lease cannot be handed back; it is freed as soon as it is there, or with this process. What the
   * end of the grace has stopped is handed back too, by one try.
   */
  async function handBack(lease: Lease): Promise<void> {
    for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 2_000)) {
      try {
        return await queue.release([lease], stopped ? 0 : UNSETTLED_DELAY_MS)
      } catch (error) {
        if (!isConnectionError(error)) return onError(error)
        if (abort.signal.aborted) return
        await new Promise((resolve) => setTimeout(resolve, waitMs))
      }
    }
  }

  return {
    start() {
      looker.start()
      reclaimer.start()
    },
    wake: () => looker.wake(),
    async stop() {
      stopped = true
      await Promise.all([looker.stop(), reclaimer.stop()])
      const deadline = setTimeout(() => abort.abort(), graceMs)
      await Promise.all(running.values())
      clearTimeout(deadline)
    },
  }
}
