import { BusyError, messageOf, TerminalError } from '#lib/errors'
import { createGroupCommit } from '#lib/group-commit'
import { type Database, isConnectionError } from '#lib/postgres'
import { backoff, type TaskError, type TaskQueue } from '#lib/task-queue'
import { createTaskWorker, type TaskWorker } from '#lib/task-worker'
import type { Completions } from './completion.ts'
import type { HeadStarts } from './head-start.ts'
import type { MessageCache } from './message-cache.ts'
import { StepFailure, type StepOutput, type StepRunner } from './step-runner.ts'
import { STEP_QUEUE, type StepTask } from './task.ts'

/** What the engine works with, and its bounds. */
export interface EngineOptions {
  readonly db: Database
  readonly queue: TaskQueue<StepTask>
  readonly steps: StepRunner
  readonly headStarts: Pick<HeadStarts, 'take'>
  readonly messages: MessageCache
  readonly completions: Completions
  /** Attempts at a step before it counts as failed. */
  readonly attempts: number
  /** Wait before the second attempt, then doubling. */
  readonly backoffMs: number
  /** Steps at a time. */
  readonly concurrency: number
  /** Milliseconds for one attempt. */
  readonly timeoutMs: number
  /** How long running steps may go on at a stop. Default 10,000 ms. */
  readonly graceMs?: number | undefined
  readonly onError: (error: unknown, context: Record<string, unknown>) => void
}

/**
 * Works on the steps of all flows: takes messages from the queue, runs the component, hands the outcome to the completions. A step that
 * cannot even be begun, as its graph or message is gone, fails like any other.
 */
export function createEngine(options: EngineOptions): TaskWorker<StepTask> {
  const { db, queue, steps, headStarts, messages, completions, attempts, timeoutMs, graceMs } = options

  async function run(task: StepTask, stopping: AbortSignal): Promise<void> {
    // Attempts whose process died are counted as well: the step may be what kills them.
    if (task.attempt > attempts) return completions.complete(task, { status: 'failed', error: WORN_OUT })
    const deadline = deadlineOf(timeoutMs, stopping)
    try {
      const { outputs, targets } = await Promise.race([runStep(task, deadline.signal), deadline.passed])
      await completions.complete(task, { status: 'success', outputs, targets })
    } catch (error) {
      if (stopping.aborted) return queue.release([task])
      const ofStep = error instanceof StepFailure
      const cause = ofStep ? error.cause : error
      if (cause instanceof BusyError) return queue.release([task], cause.retryAfter)
      // The step was not at fault: it is handed back and begun again, here or elsewhere.
      if (!ofStep && isConnectionError(error)) throw error
      await fail(task, deadline.signal.aborted ? deadline.signal.reason : cause)
    } finally {
      deadline.clear()
    }
  }

  async function runStep(task: StepTask, signal: AbortSignal): Promise<StepOutput> {
    const known = messages.take(task.message_id)
    const begun = headStarts.take(task)
    if (begun !== undefined) return begun
    const message = known ?? (await readMessage(task))
    const { flow_id: flowId, generation, run_id: runId, step_id: stepId, id: taskId } = task
    return steps.run({ flowId, generation, runId, stepId, taskId, message }, signal)
  }

  /** One look-up for all tasks that begin at the same time. */
  const reads = createGroupCommit<string, string | undefined>({
    async write(ids) {
      const rows = await db.queryAs<{ id: string; body: string }>('everything', READ_MESSAGES, [ids])
      const bodies = new Map(rows.map(({ id, body }) => [id, body]))
      return ids.map((id) => bodies.get(id))
    },
    most: 16,
    parallel: 2,
  })

  async function readMessage(task: StepTask): Promise<string> {
    const body = await reads.submit(task.message_id)
    if (body === undefined) throw new TerminalError(`Cannot run step as message "${task.message_id}" must be there`)
    return body
  }

  async function fail(task: StepTask, cause: unknown): Promise<void> {
    const error: TaskError = { message: messageOf(cause) }
    if (cause instanceof TerminalError || task.attempt >= attempts) {
      return completions.complete(task, { status: 'failed', error })
    }
    const delay = retryAfterOf(cause) ?? backoff(task.attempt, { firstMs: options.backoffMs })
    await db.transaction('everything', async (tx) => void (await queue.retry(tx, task, delay, error)))
  }

  return createTaskWorker({
    queue,
    queues: () => [STEP_QUEUE],
    concurrency: options.concurrency,
    ...(graceMs === undefined ? {} : { graceMs }),
    // A task that was set aside would leave its run open for ever: `run` ends it as a failed step instead.
    mostAttempts: () => Number.POSITIVE_INFINITY,
    run,
    onError: (error, task) =>
      options.onError(error, {
        part: 'engine',
        ...(task && { run: task.run_id, step: task.step_id, attempt: task.attempt }),
      }),
  })
}

const WORN_OUT: TaskError = { message: 'The process that worked on the step died, at each attempt or at the last' }

const READ_MESSAGES = {
  name: 'engine-messages',
  text: 'select id, body from component_orchestrator.message where id = any ($1::uuid[])',
}

/** Aborts after `ms`, or when stopping. `passed` rejects then: not every component heeds the signal. */
function deadlineOf(ms: number, stopping: AbortSignal) {
  const controller = new AbortController()
  const { promise: passed, reject } = Promise.withResolvers<never>()
  passed.catch(() => undefined)
  const end = (reason: Error) => {
    controller.abort(reason)
    reject(reason)
  }
  const onStop = () => end(new Error('Step was aborted as the engine stops'))
  const timer = setTimeout(() => end(new Error(`Step did not finish within ${ms} ms`)), ms)
  stopping.addEventListener('abort', onStop, { once: true })
  return {
    signal: controller.signal,
    passed,
    clear() {
      clearTimeout(timer)
      stopping.removeEventListener('abort', onStop)
    },
  }
}

/** Milliseconds that the failing side asked for, at most an hour. */
function retryAfterOf(error: unknown): number | undefined {
  const { retryAfter } = (error ?? {}) as { retryAfter?: unknown }
  return typeof retryAfter === 'number' && retryAfter >= 0 ? Math.min(retryAfter, 3_600_000) : undefined
}
