import { v7 as uuidv7 } from 'uuid'
import { createGroupCommit } from '#lib/group-commit'
import type { Database, Tx } from '#lib/postgres'
import { type TaskError, type TaskQueue, taskErrorText } from '#lib/task-queue'
import type { MessageCache } from './message-cache.ts'
import { STEP_QUEUE, type StepTask } from './task.ts'

/** How a step ended. */
export type Outcome =
  | { readonly status: 'success'; readonly outputs: readonly string[]; readonly targets: readonly string[] }
  | { readonly status: 'failed'; readonly error: TaskError }

interface Completed {
  readonly task: StepTask
  readonly outcome: Outcome
}

/** Writes the ends of steps, many in one commit. */
export interface Completions {
  /**
   * Finishes the task: its step, the messages it emitted and the tasks of the steps that get them are one commit. A task whose lease
   * was lost changes nothing: whoever holds it now finishes it. Nobody is woken: a worker that has done a task looks for the next anyway.
   */
  complete(task: StepTask, outcome: Outcome): Promise<void>
}

/** What completing takes. */
export interface CompletionsOptions {
  readonly db: Database
  readonly queue: Pick<TaskQueue<StepTask>, 'finish'>
  readonly messages: MessageCache
}

interface NewMessage {
  readonly id: string
  readonly place: number
  readonly body: string
  readonly task: StepTask
  readonly targets: readonly string[]
}

/**
 * All in one statement: each further one would cost a round trip, more than what it does. Bodies come joined by a character that JSON
 * text cannot hold: an array of them would be escaped piece by piece.
 */
const COMPLETE = {
  name: 'completion-write',
  text: `
  with step as (
    insert into component_orchestrator.step
           (id, tenant_id, run_id, step_id, message_id, status, attempt, error, created_at, started_at)
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::integer[], $8::jsonb[],
                         $9::timestamptz[], $10::timestamptz[])
  ), message as (
    insert into component_orchestrator.message (id, tenant_id, run_id, task_id, place, body)
    select * from unnest($11::uuid[], $12::uuid[], $13::uuid[], $14::uuid[], $15::integer[], string_to_array($16, E'\\x1e'))
  ), task as (
    insert into component_orchestrator.task (id, queue, tenant_id, flow_id, generation, run_id, step_id, message_id)
    select id, '${STEP_QUEUE}', tenant_id, flow_id, generation, run_id, step_id, message_id
      from unnest($17::uuid[], $18::uuid[], $19::uuid[], $20::integer[], $21::uuid[], $22::text[], $23::uuid[])
           as task (id, tenant_id, flow_id, generation, run_id, step_id, message_id)
  ), change as (
    select run.id, done.opened, done.added, done.failed
      from component_orchestrator.run
      join unnest($24::uuid[], $25::integer[], $26::integer[], $27::integer[]) as done (run_id, opened, added, failed) on run.id = done.run_id
     order by run.id for update of run
  )
  update component_orchestrator.run
     set open_steps = open_steps + change.opened, all_steps = all_steps + change.added, failed_steps = failed_steps + change.failed,
         finished_at = case when open_steps + change.opened = 0 then clock_timestamp() end
    from change where run.id = change.id`,
}

/** In the order of their ids: two groups with steps of the same runs must not wait for each other. */
const LOCK_RUNS = {
  name: 'completion-runs',
  text: 'select id, all_steps from component_orchestrator.run where id = any ($1::uuid[]) order by id for update',
}

/** Most steps of one run. One arrival must not make work without end. */
export const MOST_RUN_STEPS = 200_000
/** Characters of messages written in one transaction; a step that emits more is a transaction of its own. */
const GROUP_CHARACTERS = 8 * 1_048_576

/** Creates the queue of ends. */
export function createCompletions({ db, queue, messages }: CompletionsOptions): Completions {
  const commits = createGroupCommit<Completed, void>({
    write,
    parallel: 2,
    weigh: charactersOf,
    mostWeight: GROUP_CHARACTERS,
  })

  async function write(group: readonly Completed[]): Promise<undefined[]> {
    const emitted = await db.transaction('everything', async (tx) => {
      const held = await queue.finish(
        tx,
        group.map(({ task }) => task),
      )
      const finished = group.filter(({ task }) => held.has(task.id))
      if (finished.length === 0) return []
      const done = withinBudget(finished, await lockRuns(tx, finished))
      const news = done.flatMap(newMessages)
      await tx.query(COMPLETE, [
        ...stepColumns(done),
        ...messageColumns(news),
        ...taskColumns(news),
        ...runColumns(done),
      ])
      return news
    })
    for (const { id, body, targets } of emitted) if (targets.length > 0) messages.put(id, body)
    return group.map(() => undefined)
  }

  return { complete: (task, outcome) => commits.submit({ task, outcome }) }
}

async function lockRuns(tx: Tx, done: readonly Completed[]): Promise<Map<string, number>> {
  const runIds = [...new Set(done.map(({ task }) => task.run_id))]
  const rows = await tx.query<{ id: string; all_steps: number }>(LOCK_RUNS, [runIds])
  return new Map(rows.map(({ id, all_steps }) => [id, all_steps]))
}

/** A step whose messages would take its run beyond the bound has failed. `steps` are those of each run so far. */
function withinBudget(done: readonly Completed[], steps: Map<string, number>): Completed[] {
  return done.map((one) => {
    const { task, outcome } = one
    const after = (steps.get(task.run_id) ?? 0) + openedBy(outcome)
    if (after > MOST_RUN_STEPS) {
      const message = `Cannot go on as a run must not have more than ${MOST_RUN_STEPS} steps`
      return { task, outcome: { status: 'failed', error: { message } } }
    }
    steps.set(task.run_id, after)
    return one
  })
}

function charactersOf({ outcome }: Completed): number {
  return outcome.status === 'failed' ? 1 : outcome.outputs.reduce((sum, { length }) => sum + length, 1)
}

function newMessages({ task, outcome }: Completed): NewMessage[] {
  if (outcome.status === 'failed') return []
  return outcome.outputs.map((body, place) => ({ id: uuidv7(), place, body, task, targets: outcome.targets }))
}

function stepColumns(done: readonly Completed[]): unknown[][] {
  const tasks = done.map(({ task }) => task)
  return [
    tasks.map(({ id }) => id),
    tasks.map(({ tenant_id }) => tenant_id),
    tasks.map(({ run_id }) => run_id),
    tasks.map(({ step_id }) => step_id),
    tasks.map(({ message_id }) => message_id),
    done.map(({ outcome }) => outcome.status),
    tasks.map(({ attempt }) => attempt),
    done.map(({ outcome }) => (outcome.status === 'failed' ? taskErrorText(outcome.error) : null)),
    tasks.map(({ created_at }) => created_at),
    tasks.map(({ changed_at }) => changed_at),
  ]
}

function messageColumns(news: readonly NewMessage[]): unknown[] {
  return [
    news.map(({ id }) => id),
    news.map(({ task }) => task.tenant_id),
    news.map(({ task }) => task.run_id),
    news.map(({ task }) => task.id),
    news.map(({ place }) => place),
    news.map(({ body }) => body).join('\x1e'),
  ]
}

function taskColumns(news: readonly NewMessage[]): unknown[][] {
  const tasks = news.flatMap(({ id, task, targets }) => targets.map((target) => ({ messageId: id, target, task })))
  return [
    tasks.map(() => uuidv7()),
    tasks.map(({ task }) => task.tenant_id),
    tasks.map(({ task }) => task.flow_id),
    tasks.map(({ task }) => task.generation),
    tasks.map(({ task }) => task.run_id),
    tasks.map(({ target }) => target),
    tasks.map(({ messageId }) => messageId),
  ]
}

function runColumns(done: readonly Completed[]): unknown[][] {
  const runs = [...Map.groupBy(done, ({ task }) => task.run_id)].map(([runId, steps]) => ({
    runId,
    opened: steps.reduce((sum, { outcome }) => sum + openedBy(outcome) - 1, 0),
    added: steps.reduce((sum, { outcome }) => sum + openedBy(outcome), 0),
    failed: steps.filter(({ outcome }) => outcome.status === 'failed').length,
  }))
  return [
    runs.map(({ runId }) => runId),
    runs.map(({ opened }) => opened),
    runs.map(({ added }) => added),
    runs.map(({ failed }) => failed),
  ]
}

function openedBy(outcome: Outcome): number {
  return outcome.status === 'failed' ? 0 : outcome.outputs.length * outcome.targets.length
}
