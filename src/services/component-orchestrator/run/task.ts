import type { TaskRow } from '#lib/task-queue'
import type { TaskWorker } from '#lib/task-worker'

/** A row of `component_orchestrator.task`. */
export interface FlowTask extends TaskRow {
  readonly flow_id: string
  readonly generation: number
  readonly changed_at: Date
}

/** One message at one step. */
export interface StepTask extends FlowTask {
  readonly tenant_id: string
  readonly run_id: string
  readonly step_id: string
  readonly message_id: string
  /** Steps of the run that were done before it, one after the other, without waiting in the queue; absent = none. */
  readonly hops?: number
}

/** Keeps places at the worker for tasks that are inserted as leased to this member; see TaskWorker. */
export interface StepPlaces {
  readonly reserve: TaskWorker<StepTask>['reserve']
  readonly room: TaskWorker<StepTask>['room']
  /** Tasks were inserted that have no place. */
  readonly wake: () => void
  /** Whether no other process could do the work instead. */
  readonly alone: () => boolean
  /** This member, which gets the leases. */
  readonly memberId: string
}

/** Messages at steps. */
export const STEP_QUEUE = 'step'
/** Flows to be started. */
export const PREPARE_QUEUE = 'prepare'

/** SQL: the columns of a step's task. */
export const STEP_TASK = `id, queue, tenant_id, ordering_key, fence, attempt, created_at, changed_at, flow_id, generation, run_id, step_id, message_id`

/** SQL: state, worker, fence and attempt of a new task: leased to the member `me.member` where it `begins` at once. */
export const LEASE = `case when begins then 'running' else 'ready' end, case when begins then me.member end,
         case when begins then 1 else 0 end, case when begins then 1 else 0 end`
