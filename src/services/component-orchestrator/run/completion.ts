import { createGroupCommit } from '#lib/group-commit'
import type { Database } from '#lib/postgres'
import { type TaskError, taskErrorText } from '#lib/task-queue'
import type { Placement } from './placement.ts'
import type { StepOutput } from './step-runner.ts'
import { candidates, messageColumns, successorsOf, taskColumns } from './successors.ts'
import { LEASE, STEP_QUEUE, STEP_TASK, type StepTask } from './task.ts'

/** How a step ended. */
export type Outcome =
  | ({ readonly status: 'success' } & StepOutput)
  | { readonly status: 'failed'; readonly error: TaskError }

interface Completed {
  readonly task: StepTask
  readonly outcome: Outcome
}

/** Writes the ends of steps, many in one commit. */
export interface Completions {
  /**
   * Finishes the task: its step, the messages it emitted and the tasks of the steps that get them are one commit, and those for which
   * there is a place begin at once. A task whose lease was lost changes nothing: whoever holds it now finishes it.
   */
  complete(task: StepTask, outcome: Outcome): Promise<void>
}

/** What completing takes. */
export interface CompletionsOptions {
  readonly db: Database
  readonly placement: Placement
  /** This member, which gets the leases of what begins at once. */
  readonly memberId: string
}

/** Most steps of one run. One arrival must not make work without end. */
export const MOST_RUN_STEPS = 200_000
/** Characters of messages written in one transaction; a step that emits more is a transaction of its own. */
const GROUP_CHARACTERS = 8 * 1_048_576
const TOO_MANY_STEPS = taskErrorText({
  message: `Cannot go on as a run must not have more than ${MOST_RUN_STEPS} steps`,
})

/**
 * All in one statement: each further one would cost a round trip, more than what it does. A step whose messages would take its run
 * beyond the bound has failed. Runs are locked in the order of their ids: two groups with steps of the same runs must not wait for each
 * other.
 */
const COMPLETE = {
  name: 'completion-write',
  text: `
  with done as (
    select * from unnest($1::uuid[], $2::integer[], $3::text[], $4::jsonb[], $5::integer[])
      with ordinality as done (id, fence, status, error, opened, turn)
  ), held as (
    delete from component_orchestrator.task task using done
     where task.id = done.id and task.fence = done.fence and task.state = 'running'
    returning task.*, done.status, done.error as reason, done.opened, done.turn
  ), locked as (
    select id, all_steps from component_orchestrator.run where id in (select run_id from held) order by id for update
  ), ended as (
    select held.*, status = 'success' and opened > 0
           and locked.all_steps + sum(opened) over (partition by held.run_id order by turn) > ${MOST_RUN_STEPS} as exceeds
      from held join locked on locked.id = held.run_id
  ), step as (
    insert into component_orchestrator.step
           (id, tenant_id, run_id, step_id, message_id, status, attempt, error, created_at, started_at)
    select id, tenant_id, run_id, step_id, message_id, case when exceeds then 'failed' else status end, attempt,
           case when exceeds then $6::jsonb else reason end, created_at, changed_at
      from ended
  ), message as (
    insert into component_orchestrator.message (id, tenant_id, run_id, task_id, place, body)
    select new.id, ended.tenant_id, ended.run_id, ended.id, new.place, new.body
      from unnest($7::uuid[], $8::uuid[], $9::integer[], $10::text[]) as new (id, task_id, place, body)
      join ended on ended.id = new.task_id and not exceeds
  ), change as (
    select run_id, sum(case when exceeds then 0 else opened end) as added, count(*) as closed,
           count(*) filter (where exceeds or status = 'failed') as failed
      from ended group by run_id
  ), run as (
    update component_orchestrator.run
       set open_steps = open_steps + added - closed, all_steps = all_steps + added, failed_steps = failed_steps + failed,
           finished_at = case when open_steps + added - closed = 0 then clock_timestamp() end
      from change where run.id = change.run_id
  )
  insert into component_orchestrator.task
         (id, queue, tenant_id, flow_id, generation, run_id, step_id, message_id, state, worker, fence, attempt)
  select new.id, '${STEP_QUEUE}', ended.tenant_id, ended.flow_id, ended.generation, ended.run_id, new.step_id, new.message_id,
         ${LEASE}
    from unnest($11::uuid[], $12::uuid[], $13::text[], $14::uuid[], $15::boolean[]) as new (id, task_id, step_id, message_id, begins)
    join ended on ended.id = new.task_id and not exceeds
    cross join (select $16::uuid as member) me
  returning ${STEP_TASK}`,
}

/** Creates the queue of ends. */
export function createCompletions({ db, placement, memberId }: CompletionsOptions): Completions {
  const commits = createGroupCommit<Completed, void>({
    write,
    weigh: charactersOf,
    mostWeight: GROUP_CHARACTERS,
  })

  async function write(group: readonly Completed[]): Promise<undefined[]> {
    const successors = successorsOf(endedWell(group))
    const { ids, firsts } = candidates(successors)
    // The place of a step that nothing follows is for those who wait in the queue, not for what another step has split into.
    await placement.insert({ ids, ending: firsts, messages: successors.messages, successors }, (begins) =>
      db.queryAs<StepTask>('everything', COMPLETE, [
        ...endColumns(group),
        TOO_MANY_STEPS,
        ...messageColumns(successors),
        ...taskColumns(successors, begins),
        memberId,
      ]),
    )
    return group.map(() => undefined)
  }

  return { complete: (task, outcome) => commits.submit({ task, outcome }) }
}

function charactersOf({ outcome }: Completed): number {
  return outcome.status === 'failed' ? 1 : outcome.outputs.reduce((sum, { length }) => sum + length, 1)
}

function* endedWell(group: readonly Completed[]) {
  for (const { task, outcome } of group) if (outcome.status === 'success') yield { after: task, ...outcome }
}

function endColumns(group: readonly Completed[]): unknown[][] {
  return [
    group.map(({ task }) => task.id),
    group.map(({ task }) => task.fence),
    group.map(({ outcome }) => outcome.status),
    group.map(({ outcome }) => (outcome.status === 'failed' ? taskErrorText(outcome.error) : null)),
    group.map(({ outcome }) => (outcome.status === 'failed' ? 0 : outcome.outputs.length * outcome.targets.length)),
  ]
}
