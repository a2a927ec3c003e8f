import { createGroupCommit } from '#lib/group-commit'
import { newId } from '#lib/id'
import { type Database, isConnectionError } from '#lib/postgres'
import { textArray } from '#lib/text-array'
import type { MessageCache } from './message-cache.ts'
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
  readonly messages: MessageCache
  readonly places: StepPlaces
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

/**
 * Runs only for flows that are started; the lock makes a stop wait for the arrivals before it, and those after it find the flow
 * stopped. Bodies stay in the parameter until they are written, as each step of the plan would copy them; for more than some hundred a
 * look-up by place would take longer than that.
 */
const ACCEPT = {
  name: 'intake-accept',
  text: `
  with arrival as (
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::boolean[])
      with ordinality as arrival (flow_id, run_id, message_id, task_id, request_id, begins, place)
  ), flow as (
    select id, tenant_id, generation, first_step from component_orchestrator.flow
     where id = any ($1::uuid[]) and state = 'started' order by id for share
  ), open as (
    select arrival.*, flow.tenant_id, flow.generation, flow.first_step from arrival join flow on flow.id = arrival.flow_id
  ), run as (
    insert into component_orchestrator.run (id, tenant_id, flow_id, generation, request_id, open_steps)
    select run_id, tenant_id, flow_id, generation, request_id, 1 from open
  ), message as (
    insert into component_orchestrator.message (id, tenant_id, run_id, body)
    select message_id, tenant_id, run_id, ($7::text[])[place] from open
  )
  insert into component_orchestrator.task
         (id, queue, tenant_id, flow_id, generation, run_id, step_id, message_id, state, worker, fence, attempt)
  select task_id, '${STEP_QUEUE}', tenant_id, flow_id, generation, run_id, first_step, message_id,
         ${LEASE}
    from open cross join (select $8::uuid as member) me
  returning ${STEP_TASK}`,
}

/** Creates the queue of arrivals. */
export function createIntake({ db, messages, places }: IntakeOptions): Intake {
  const commits = createGroupCommit<Arrival, string | undefined>({
    write,
    weigh: ({ body }) => body.length,
    mostWeight: GROUP_CHARACTERS,
    mostWaiting: WAITING_CHARACTERS,
    most: GROUP,
    async room(ageMs) {
      const left = (places.alone() ? WAIT_MS.alone : WAIT_MS.shared) - ageMs
      return (left > 0 && (await places.room(left))) || GROUP
    },
  })

  async function write(arrivals: readonly Arrival[]): Promise<(string | undefined)[]> {
    const rows = arrivals.map((arrival) => ({ ...arrival, runId: newId(), messageId: newId(), taskId: newId() }))
    const column = <K extends keyof (typeof rows)[number]>(key: K) => rows.map((row) => row[key])
    const reservation = places.reserve(column('taskId'))
    const tasks = await db
      .queryAs<StepTask>('everything', ACCEPT, [
        column('flowId'),
        column('runId'),
        column('messageId'),
        column('taskId'),
        column('requestId'),
        rows.map(({ taskId }) => reservation.ids.has(taskId)),
        textArray(column('body')),
        places.memberId,
      ])
      .catch((error: unknown) => {
        reservation.cancel(isConnectionError(error) ? 'unknown' : 'not-inserted')
        throw error
      })
    const runs = new Set(tasks.map(({ run_id }) => run_id))
    for (const { runId, messageId, body } of rows) if (runs.has(runId)) messages.put(messageId, body)
    reservation.begin(tasks.filter(({ id }) => reservation.ids.has(id)))
    if (tasks.some(({ id }) => !reservation.ids.has(id))) places.wake()
    return rows.map(({ runId }) => (runs.has(runId) ? runId : undefined))
  }

  return { accept: (arrival) => commits.submit(arrival), settled: () => commits.settled() }
}
