import type { TaskRow } from '#lib/task-queue'

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
}

/** Messages at steps. */
export const STEP_QUEUE = 'step'
/** Flows to be started. */
export const PREPARE_QUEUE = 'prepare'
