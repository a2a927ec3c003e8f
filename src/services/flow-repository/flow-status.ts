/**
 *                     started                stop, failed
 *            starting ───────> active ──────────────────────┐
 *      start ↗   │                                          ↓
 *   inactive     └──────────── stop, failed ────────────> stopping
 *       ↑                                                   │
 *       └────────────────────── stopped ────────────────────┘
 */
export const flowStatuses = [
  /** Set at creation and by the orchestrator's `flow.stopped`; ended by a start. The only status in which a flow may change. */
  'inactive',
  /** Set by a start; ended by the orchestrator's answer, or by a stop. */
  'starting',
  /** Set by the orchestrator's `flow.started`: triggers take things in. Ended by a stop or by `flow.failed`. */
  'active',
  /** Set by a stop or by `flow.failed`; ended by the orchestrator's `flow.stopped`. */
  'stopping',
] as const

/** One of the statuses. */
export type FlowStatus = (typeof flowStatuses)[number]

const transitions = [
  { from: 'inactive', on: 'start', to: 'starting' },
  { from: 'starting', on: 'started', to: 'active' },
  { from: 'starting', on: 'failed', to: 'stopping' },
  { from: 'starting', on: 'stop', to: 'stopping' },
  { from: 'active', on: 'failed', to: 'stopping' },
  { from: 'active', on: 'stop', to: 'stopping' },
  { from: 'stopping', on: 'stopped', to: 'inactive' },
] as const satisfies readonly { from: FlowStatus; on: string; to: FlowStatus }[]

/** What users ask for (`start`, `stop`) and what the orchestrator answers. */
export type FlowSignal = (typeof transitions)[number]['on']

/** The status that follows; undefined where the signal has no meaning in this status. */
export function nextStatus(from: FlowStatus, on: FlowSignal): FlowStatus | undefined {
  return transitions.find((transition) => transition.from === from && transition.on === on)?.to
}

/** The statuses in which the signal has a meaning, for messages. */
export function statusesFor(on: FlowSignal): FlowStatus[] {
  return transitions.filter((transition) => transition.on === on).map(({ from }) => from)
}
