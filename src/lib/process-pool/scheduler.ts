import { TerminalError } from '../errors.ts'
import type { FairQueue } from './fair-queue.ts'
import type { WorkerAnswer, WorkerRequest } from './wire-format.ts'
import { type ProcessEnd, startWorkerProcess, type WorkerProcess, type WorkerProgram } from './worker-process.ts'

/** One request with the ways to end it; ends after the first have no effect. */
export interface Job {
  readonly key: string
  readonly request: WorkerRequest
  /** Not yet settled, failed or aborted. */
  isPending(): boolean
  /** How often its process ended without a reason that is its own. */
  crashes: number
  settle(answer: WorkerAnswer): void
  fail(error: unknown): void
}

/** As in `ProcessPoolOptions`. */
export interface SchedulerOptions {
  readonly what: string
  readonly worker: WorkerProgram
  readonly maxProcesses: number
  readonly deadline: number
  readonly memoryMb: number
  readonly idleTime: number
  readonly warm: boolean
}

/** Brings what waits in the queue to processes. */
export interface Scheduler {
  start(): void
  /** Something was pushed. */
  wake(): void
  /** Ends all processes; their jobs stay unsettled. Resolves when all have ended. */
  stop(): Promise<void>
  readonly processes: number
}

interface Slot {
  readonly process: WorkerProcess
  state: 'starting' | 'idle' | 'busy' | 'ending'
  /** Sent and not yet answered, all of one key; the first one is running. */
  jobs: Job[]
  /** When the first job was begun, or when the slot became idle. */
  since: number
  /** Busy with a slow key. */
  slow: boolean
  /** Milliseconds of work so far. */
  worked: number
}

/** Longer than usual requests take, short enough for others to wait. */
const slowAfter = 100
const watchEvery = 20
const sweepEvery = 1_000
/** Requests of one key sent in one go, which saves most of the way there and back. */
const maxBatch = 8
/**
 * A process is replaced after so much work, well before the system's limit on its processor time would end it. Not sooner: starting
 * one and compiling its code took a fifth of all processor time when it was 5 s.
 */
const maxWork = 60_000
const maxFailedStarts = 3
/** Requests that may wait for each lively process before another one is woken: with a few cores it takes the time from the hub. */
const worthAnother = 32
/** A process that has answered, or begun, so recently will soon be done with its batch. */
const livelyFor = 10

/**
 * Creates the scheduler. A request that runs for longer than 100 ms makes its key slow, one that is done in less makes it fast
 * again. Slow keys have one request at a time each, on processes of low priority, half of the processes at most; when others
 * wait, requests beyond that are ended and run again from the start, with their full time, when it is their turn: a
 * request has no effect but its answer. So a key of endless requests holds others up once, for 100 ms and the start of
 * a process; a flood of such keys does so to other new keys, while the known ones take turns with it.
 */
export function createScheduler(queue: FairQueue<Job>, options: SchedulerOptions): Scheduler {
  const { what, worker, maxProcesses, deadline, memoryMb } = options
  /** As the beginning of a sentence. */
  const subject = what.charAt(0).toUpperCase() + what.slice(1)
  const maxSlow = Math.floor(maxProcesses / 2)
  /** Not even a key that is not yet known to be slow gets all processes. */
  const share = maxProcesses - 1
  /** Garbage is collected by other threads, so that processor time may pass faster than the clock. */
  const cpuSeconds = Math.ceil((3 * (maxWork + deadline)) / 1_000)
  const slots = new Set<Slot>()
  let failedStarts = 0
  let watching: NodeJS.Timeout | undefined
  let sweeping: NodeJS.Timeout | undefined
  let stopping: PromiseWithResolvers<void> | undefined

  const busySlots = () => slots.values().filter((slot) => slot.state === 'busy')
  const isFast = (slot: Slot) => !slot.slow && (slot.state === 'idle' || slot.state === 'busy')
  const slowSlots = () => [...busySlots().filter((slot) => slot.slow)]

  function open(): void {
    const slot: Slot = {
      process: startWorkerProcess({
        program: worker,
        memoryMb,
        cpuSeconds,
        onReady: () => onReady(slot),
        onAnswer: (answer) => onAnswer(slot, answer),
        onExit: (how) => onExit(slot, how),
      }),
      state: 'starting',
      jobs: [],
      since: 0,
      slow: false,
      worked: 0,
    }
    slots.add(slot)
    sweeping ??= setInterval(sweep, sweepEvery).unref()
  }

  function onReady(slot: Slot): void {
    failedStarts = 0
    if (slot.state === 'starting') rest(slot)
  }

  function rest(slot: Slot): void {
    slot.state = 'idle'
    slot.slow = false
    slot.since = performance.now()
    if (slot.worked > maxWork) end(slot)
    else wake()
  }

  function end(slot: Slot): void {
    slot.state = 'ending'
    slot.process.kill()
  }

  /** Processes are started one after the other: by the time one is ready, it is known whether another is wanted. */
  function wake(): void {
    if (stopping) return
    const states = [...slots].map((slot) => slot.state)
    for (const slot of slots) {
      if (slot.state === 'idle') assign(slot)
    }
    const isStarting = states.includes('starting')
    if (hasWork() && !isStarting && slots.size < maxProcesses) open()
  }

  function hasWork(): boolean {
    return hasFastWork() || (slowSlots().length < maxSlow && queue.hasSlow())
  }

  /**
   * Whether more waits than the processes that have just begun a batch will soon take: what comes while they work is their next batch.
   * To wake another process for each request would take more time than the requests.
   */
  function hasFastWork(): boolean {
    const now = performance.now()
    const lively = [...busySlots()].filter((slot) => !slot.slow && now - slot.since < livelyFor).length
    return queue.hasFast(share) && queue.size > worthAnother * lively
  }

  function assign(slot: Slot): void {
    const jobs = takeFor(slot)
    if (jobs.length === 0) return
    if (queue.isSlow(jobs[0]?.key ?? '')) slowDown(slot)
    slot.state = 'busy'
    slot.jobs = jobs
    slot.since = performance.now()
    slot.process.send(jobs.map((job) => job.request))
    watching ??= setInterval(watch, watchEvery)
  }

  /** Half-way through its batch a process gets the next one, as long as no other key waits: it need not stand still between two. */
  function refill(slot: Slot, key: string): void {
    if (slot.slow || slot.worked > maxWork || slot.jobs.length > maxBatch / 2) return
    const jobs = queue.takeMore(key, maxBatch - slot.jobs.length)
    if (jobs.length === 0) return
    slot.jobs.push(...jobs)
    slot.process.send(jobs.map((job) => job.request))
  }

  /** One slow key is always served; beyond that fast keys come first, and keep a process that no slow key may have. */
  function takeFor(slot: Slot): Job[] {
    const slowCount = slowSlots().length
    const isLastFast = !slots.values().some((other) => other !== slot && isFast(other))
    const takeFast = () => (hasFastWork() ? queue.takeFast(maxBatch, share) : [])
    const takeSlow = () => (slowCount < maxSlow && !isLastFast ? queue.takeSlow() : [])
    const [first, second] = slowCount > 0 ? [takeFast, takeSlow] : [takeSlow, takeFast]
    const jobs = first()
    return jobs.length > 0 ? jobs : second()
  }

  /**
   * The process leaves the processor to the hub and to those that start. It stays so, as priority cannot be raised again; a process of
   * its own for each slow request would cost more than that.
   */
  function slowDown(slot: Slot): void {
    if (slot.slow) return
    slot.slow = true
    slot.process.lowerPriority()
  }

  function onAnswer(slot: Slot, answer: WorkerAnswer): void {
    const job = slot.state === 'busy' ? slot.jobs.shift() : undefined
    if (!job) return
    const now = performance.now()
    queue.rate(job.key, now - slot.since < slowAfter ? 'fast' : 'slow')
    slot.worked += now - slot.since
    slot.since = now
    job.settle(answer)
    refill(slot, job.key)
    if (slot.jobs.length > 0) return
    queue.release(job.key)
    rest(slot)
  }

  function onExit(slot: Slot, { outOfMemory, stderr }: ProcessEnd): void {
    slots.delete(slot)
    if (slot.state === 'starting') onFailedStart(stderr)
    if (slot.state === 'busy') onCrash(slot, outOfMemory)
    if (slots.size === 0) {
      clearInterval(sweeping)
      sweeping = undefined
      stopping?.resolve()
    }
    wake()
  }

  function onFailedStart(stderr: string): void {
    failedStarts += 1
    if (failedStarts < maxFailedStarts) return
    failedStarts = 0
    const error = new Error(`Cannot run ${what} as its process must start: ${stderr || 'it ended at once'}`)
    for (const job of queue.drain()) job.fail(error)
  }

  function onCrash(slot: Slot, outOfMemory: boolean): void {
    const job = slot.jobs[0]
    if (job) job.crashes += 1
    if (outOfMemory) withdraw(slot, new TerminalError(`${subject} must get by with ${memoryMb} MiB of memory`))
    else if (job && job.crashes > 1) withdraw(slot, new Error(`${subject} failed as its process ended unexpectedly`))
    else withdraw(slot)
  }

  /** Takes the jobs back from a slot; the running one fails with `error`, if given. */
  function withdraw(slot: Slot, error?: Error): void {
    const { jobs } = slot
    const key = jobs[0]?.key
    slot.jobs = []
    if (error) jobs.shift()?.fail(error)
    queue.putBack(jobs.filter((job) => job.isPending()))
    if (key !== undefined) queue.release(key)
  }

  /** Looks after what has come in meanwhile: an answer that only waited for this process to read it is not late. */
  function watch(): void {
    setImmediate(() => {
      const now = performance.now()
      for (const slot of busySlots()) checkTime(slot, now)
      wake()
      preempt()
      if (busySlots().next().done) {
        clearInterval(watching)
        watching = undefined
      }
    })
  }

  function checkTime(slot: Slot, now: number): void {
    const age = now - slot.since
    const key = slot.jobs[0]?.key
    if (age <= slowAfter || key === undefined) return
    slowDown(slot)
    queue.rate(key, 'slow')
    if (age <= deadline) return
    withdraw(slot, new TerminalError(`${subject} did not finish within ${deadline} ms`))
    end(slot)
  }

  /** Frees processes for fast keys that wait; of a key that holds several, the surplus ones go first. */
  function preempt(): void {
    if (slots.size < maxProcesses || slots.values().some((slot) => slot.state !== 'busy')) return
    const slow = slowSlots()
    const keys = slow.map((slot) => slot.jobs[0]?.key)
    const surplus = slow.findLast((slot, index) => keys.indexOf(slot.jobs[0]?.key) < index)
    const victim = surplus ?? (slow.length > maxSlow ? slow.at(-1) : undefined)
    if (!victim || !queue.hasFast(share)) return
    withdraw(victim)
    end(victim)
  }

  function sweep(): void {
    const kept = options.warm ? 1 : 0
    const now = performance.now()
    for (const slot of slots) {
      if (slots.size > kept && slot.state === 'idle' && now - slot.since > options.idleTime) end(slot)
    }
  }

  return {
    start() {
      if (options.warm && slots.size === 0 && !stopping) open()
    },
    wake,
    stop() {
      if (stopping) return stopping.promise
      stopping = Promise.withResolvers()
      clearInterval(watching)
      for (const slot of slots) end(slot)
      if (slots.size === 0) stopping.resolve()
      return stopping.promise
    },
    get processes() {
      return slots.size
    },
  }
}
