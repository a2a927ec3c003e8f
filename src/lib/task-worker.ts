import { isConnectionError } from './postgres.ts'
import type { Lease, TaskQueue, TaskRow } from './task-queue.ts'
import { createTicker } from './ticker.ts'
import { createVacancy } from './vacancy.ts'

/** Takes tasks of its queues and runs up to `concurrency` of them at a time, until stopped. */
export interface TaskWorker<Row extends TaskRow> {
  start(): void
  /** Looks for work now: call it after enqueuing in this process. Others look every 500 ms. */
  wake(): void
  /**
   * Room for tasks that the caller is about to insert as leased to this member: they need not be claimed. Granted are the first `ids`
   * that find a free place while no others wait, and one for each of the caller's own tasks that the same commit ends (`ending`).
   */
  reserve(ids: readonly string[], ending?: number): Reservation<Row>
  /** Resolves to the number of free places once there are any and no tasks wait for them; to 0 where that is not so within `mostMs`. */
  room(mostMs: number): Promise<number>
  /** Takes no more tasks, aborts the signal of those that run after `graceMs`, and resolves when all are settled. */
  stop(): Promise<void>
}

/** Places kept for tasks that are being inserted. One of the two functions must be called once. */
export interface Reservation<Row extends TaskRow> {
  /** Those to insert with state `running`, this member as worker, fence 1 and attempt 1. */
  readonly ids: ReadonlySet<string>
  /** The insertion is committed: runs these tasks. The places of the others are free again. */
  begin(tasks: readonly Row[]): void
  /** Nothing was inserted; or nobody knows, as the connection broke: then what this member has leased unknowingly is handed back. */
  cancel(outcome: 'not-inserted' | 'unknown'): void
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

interface Places {
  readonly ids: ReadonlySet<string>
  readonly ending: number
}

/** Another process cannot wake us: this is the most that a task waits for a look. */
const LOOK_EVERY_MS = 500
/** What could not even be settled as failed would otherwise be taken up again at once, for ever. */
const UNSETTLED_DELAY_MS = 1_000
/** A server may end a commit after the connection has broken, and after the first disowning: so it is done again. */
const DISOWN_EVERY_MS = 30_000
/** How often tasks of dead members are looked for. */
const RECLAIM_EVERY_MS = 2_000

/** Creates a worker; it takes nothing before `start()`. */
export function createTaskWorker<Row extends TaskRow>(options: TaskWorkerOptions<Row>): TaskWorker<Row> {
  const { queue, concurrency, run, onError, graceMs = 10_000 } = options
  const running = new Map<Lease, Promise<void>>()
  const reserved = new Set<Places>()
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
  /** Places that the claim under way may fill. */
  let claiming = 0
  /** Whether tasks may be waiting that found no room at the last look. */
  let behind = true
  /** Commits of unknown outcome by which tasks may have been leased to us. */
  let doubts = 0
  /** While it is under way, what is inserted as leased would be handed back: it is not among what we hold. */
  let disowning = false
  let disownedAt = performance.now()
  const vacancy = createVacancy(() => (stopped ? Number.POSITIVE_INFINITY : behind ? 0 : freePlaces()))

  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!isConnectionError(error)) onError(error)
    }
  }

  async function look(): Promise<void> {
    const free = freePlaces()
    behind ||= free <= 0
    if (free <= 0) return
    // Places are left for tasks that are inserted meanwhile, unless others wait.
    claiming = behind ? free : Math.ceil(free / 2)
    try {
      const tasks = await claim(claiming)
      if (stopped) return await queue.release(tasks)
      for (const task of tasks) begin(task)
      behind = tasks.length === claiming
    } finally {
      claiming = 0
      vacancy.changed()
    }
    if (behind) looker.wake()
  }

  /** A place that passes from a task to its successor is taken once. */
  function freePlaces(): number {
    const kept = reserved.values().reduce((sum, { ids, ending }) => sum + Math.max(0, ids.size - ending), 0)
    return concurrency - running.size - claiming - kept
  }

  function reserve(wanted: readonly string[], ending = 0): Reservation<Row> {
    const room = stopped || disowning ? 0 : ending + (behind ? 0 : Math.max(0, freePlaces()))
    const places: Places = { ids: new Set(wanted.slice(0, room)), ending }
    reserved.add(places)
    return {
      ids: places.ids,
      begin(tasks) {
        reserved.delete(places)
        for (const task of tasks) begin(task)
        vacancy.changed()
      },
      cancel(outcome) {
        reserved.delete(places)
        vacancy.changed()
        if (outcome === 'unknown' && places.ids.size > 0) doubts += 1
        looker.wake()
      },
    }
  }

  async function claim(most: number): Promise<Row[]> {
    if (doubts > 0 || performance.now() - disownedAt > DISOWN_EVERY_MS) await disown()
    doubts += 1
    const tasks = await queue.claim(options.queues(), most)
    doubts -= 1
    return tasks
  }

  /** A commit whose answer was lost may have leased tasks to us that nobody works on. */
  async function disown(): Promise<void> {
    const settled = doubts
    const inserting = [...reserved].flatMap(({ ids }) => [...ids].map((id) => ({ id, fence: 1 })))
    disowning = true
    try {
      await queue.disown(options.queues(), [...running.keys(), ...inserting])
    } finally {
      disowning = false
    }
    doubts -= settled
    disownedAt = performance.now()
  }

  function begin(task: Row): void {
    const work = settle(task).finally(() => {
      running.delete(task)
      vacancy.changed()
      // Others of its key waited for it.
      if (behind || task.ordering_key !== null) looker.wake()
    })
    running.set(task, work)
  }

  async function settle(task: Row): Promise<void> {
    try {
      if (stopped) return await queue.release([task])
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
    reserve,
    room: (mostMs) => vacancy.wait(mostMs),
    async stop() {
      stopped = true
      vacancy.changed()
      await Promise.all([looker.stop(), reclaimer.stop()])
      const deadline = setTimeout(() => abort.abort(), graceMs)
      // What is being inserted may begin meanwhile.
      while (running.size > 0) await Promise.all(running.values())
      clearTimeout(deadline)
    },
  }
}
