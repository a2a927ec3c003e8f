import { createGroupCommit } from '#lib/group-commit'
import { newId } from '#lib/id'
import type { Database } from '#lib/postgres'
import { textArray } from '#lib/text-array'
import type { HeadStart, HeadStarts } from './head-start.ts'
import type { Placement } from './placement.ts'
import { candidates, messageColumns, successorsOf, taskColumns } from './successors.ts'
import { LEASE, STEP_QUEUE, STEP_TASK, type StepPlaces, type StepTask } from './task.ts'

/** Something that a trigger took in for a flow. */
export interface Arrival {
  readonly flowId: string
  /** The id under which the caller can ask about it. */
  readonly requestId: string
  /** JSON text of the message. */
  readonly body: string
}

/** Turns arrivals into runs. */
export interface Intake {
  /** Resolves to the run's id once run, message and first task are durable; to undefined when the flow takes nothing in. */
  accept(arrival: Arrival): Promise<string | undefined>
  /** Resolves when everything accepted so far is settled. */
  settled(): Promise<void>
}

/** What the intake needs. */
export interface IntakeOptions {
  readonly db: Database
  readonly placement: Placement
  readonly headStarts: Pick<HeadStarts, 'begin' | 'drop' | 'note'>
  readonly places: Pick<StepPlaces, 'room' | 'alone' | 'memberId'>
}

/** Characters of bodies in one transaction, and of all that wait: a flood must not take the memory of the process. */
const GROUP_CHARACTERS = 4 * 1_048_576
const WAITING_CHARACTERS = 64 * 1_048_576
/**
 * How long arrivals wait for places at this process: what begins at once costs half of what is queued and claimed, so that queueing would make
 * a hub under full load slower still. Their callers wait meanwhile and send no more. Where other processes may have places, no longer than
 * one notices.
 */
const WAIT_MS = { alone: 2_000, shared: 50 }
/** Most arrivals in one transaction. */
const GROUP = 256

interface Entry extends Arrival {
  readonly runId: string
  readonly taskId: string
  readonly headStart: HeadStart | undefined
}

interface Row extends Entry {
  readonly messageId: string
}

/** A row for each arrival that was taken in and each of its tasks, if any. */
type Accepted = { readonly run: string; readonly start: number } & (StepTask | { readonly id: null })

/**
 * Runs only for flows that are started; the lock makes a stop wait for the arrivals before it, and those after it find the flow
 * stopped. Bodies stay in the parameter until they are written, as each step of the plan would copy them; for more than some hundred a
 * look-up by place would take longer than that. A first step that was run ahead counts (`ahead`) if it was by the graph of this start.
 */
const ACCEPT = {
  name: 'intake-accept',
  text: `
  with arrival as (
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::boolean[], $7::integer[], $8::integer[], $9::float8[])
      with ordinality as arrival (flow_id, run_id, message_id, task_id, request_id, begins, by, opened, took, place)
  ), flow as (
    select id, tenant_id, generation, first_step from component_orchestrator.flow
     where id = any ($1::uuid[]) and state = 'started' order by id for share
  ), open as (
    select arrival.*, flow.tenant_id, flow.generation, flow.first_step, coalesce(by = generation, false) as ahead,
           clock_timestamp() - make_interval(secs => took / 1000) as began
      from arrival join flow on flow.id = arrival.flow_id
  ), run as (
    insert into component_orchestrator.run
           (id, tenant_id, flow_id, generation, request_id, open_steps, all_steps, started_at, finished_at)
    select run_id, tenant_id, flow_id, generation, request_id, case when ahead then opened else 1 end,
           case when ahead then opened + 1 else 1 end, began, case when ahead and opened = 0 then clock_timestamp() end
      from open
  ), message as (
    insert into component_orchestrator.message (id, tenant_id, run_id, task_id, place, body)
    select message_id, tenant_id, run_id, null, 0, ($10::text[])[place] from open
    union all
    select new.id, tenant_id, run_id, task_id, new.place, new.body
      from unnest($11::uuid[], $12::uuid[], $13::integer[], $14::text[]) as new (id, after, place, body)
      join open on task_id = new.after and ahead
  ), step as (
    insert into component_orchestrator.step
           (id, tenant_id, run_id, step_id, message_id, status, attempt, created_at, started_at)
    select task_id, tenant_id, run_id, first_step, message_id, 'success', 1, began, began from open where ahead
  ), task as (
    insert into component_orchestrator.task
           (id, queue, tenant_id, flow_id, generation, run_id, step_id, message_id, state, worker, fence, attempt)
    select id, '${STEP_QUEUE}', tenant_id, flow_id, generation, run_id, step_id, message_id, ${LEASE}
      from (
        select task_id as id, tenant_id, flow_id, generation, run_id, first_step as step_id, message_id, begins
          from open where not ahead
        union all
        select new.id, tenant_id, flow_id, generation, run_id, new.step_id, new.message_id, new.begins
          from unnest($15::uuid[], $16::uuid[], $17::text[], $18::uuid[], $19::boolean[]) as new (id, after, step_id, message_id, begins)
          join open on task_id = new.after and ahead
      ) as task cross join (select $20::uuid as member) as me
    returning ${STEP_TASK}
  )
  select open.run_id as run, open.generation as start, task.* from open left join task on task.run_id = open.run_id`,
}

/** Creates the queue of arrivals. */
export function createIntake({ db, placement, headStarts, places }: IntakeOptions): Intake {
  const accepting = new Set<Promise<unknown>>()
  const commits = createGroupCommit<Entry, string | undefined>({
    write,
    weigh: charactersOf,
    mostWeight: GROUP_CHARACTERS,
    mostWaiting: WAITING_CHARACTERS,
    most: GROUP,
    async room(ageMs) {
      const left = (places.alone() ? WAIT_MS.alone : WAIT_MS.shared) - ageMs
      return (left > 0 && (await places.room(left))) || GROUP
    },
  })

  async function submit(arrival: Arrival): Promise<string | undefined> {
    const [runId, taskId] = [newId(), newId()]
    try {
      const headStart = await headStarts.begin({ flowId: arrival.flowId, runId, taskId, message: arrival.body })
      return await commits.submit({ ...arrival, runId, taskId, headStart })
    } catch (error) {
      headStarts.drop(taskId)
      throw error
    }
  }

  async function write(entries: readonly Entry[]): Promise<(string | undefined)[]> {
    const rows = entries.map((entry) => ({ ...entry, messageId: newId() }))
    const successors = successorsOf(ranAhead(entries))
    const ids = [...rows.filter((row) => !row.headStart).map(({ taskId }) => taskId), ...candidates(successors).ids]
    const messages = [...rows.map(({ messageId, body }) => ({ id: messageId, body })), ...successors.messages]
    const starts = new Map<string, number>()
    const begun = await placement.insert({ ids, messages, successors }, async (begins) => {
      const accepted = await db.queryAs<Accepted>('everything', ACCEPT, [
        ...arrivalColumns(rows, begins),
        ...messageColumns(successors),
        ...taskColumns(successors, begins),
        places.memberId,
      ])
      for (const { run, start } of accepted) starts.set(run, start)
      return accepted.filter((row) => row.id !== null)
    })
    for (const { flowId, runId, taskId } of rows) {
      headStarts.note(flowId, starts.get(runId))
      if (!begun.has(taskId)) headStarts.drop(taskId)
    }
    return rows.map(({ runId }) => (starts.has(runId) ? runId : undefined))
  }

  return {
    accept(arrival) {
      const accepted = submit(arrival).finally(() => accepting.delete(accepted))
      accepting.add(accepted)
      return accepted
    },
    async settled() {
      while (accepting.size > 0) await Promise.allSettled(accepting)
    },
  }
}

function charactersOf({ body, headStart }: Entry): number {
  return (headStart?.outputs ?? []).reduce((sum, { length }) => sum + length, body.length)
}

function* ranAhead(entries: readonly Entry[]) {
  for (const { taskId, headStart } of entries) if (headStart) yield { after: { id: taskId }, ...headStart }
}

function arrivalColumns(rows: readonly Row[], begins: ReadonlySet<string>): unknown[] {
  return [
    rows.map(({ flowId }) => flowId),
    rows.map(({ runId }) => runId),
    rows.map(({ messageId }) => messageId),
    rows.map(({ taskId }) => taskId),
    rows.map(({ requestId }) => requestId),
    rows.map(({ taskId }) => begins.has(taskId)),
    rows.map(({ headStart }) => headStart?.generation ?? null),
    rows.map(({ headStart }) => (headStart ? headStart.outputs.length * headStart.targets.length : 0)),
    rows.map(({ headStart }) => headStart?.tookMs ?? 0),
    textArray(rows.map(({ body }) => body)),
  ]
}
