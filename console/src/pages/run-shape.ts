import type { Flow, Run } from '../api/queries.ts'
import type { StepState } from '../ui/flow-graph.tsx'
import type { FlowShape } from '../ui/graph-layout.ts'

/** A step counts as what of its messages needs attention most. */
const gravity = ['failed', 'running', 'waiting', 'success']

/** How each step of the graph stands, of all the messages it got. */
export function stepStates(steps: Run['steps']): Map<string, StepState> {
  const byStep = Map.groupBy(steps, ({ stepId }) => stepId)
  return new Map(
    [...byStep].map(([stepId, records]) => {
      const status = gravity.find((each) => records.some((record) => record.status === each)) ?? 'waiting'
      return [stepId, { status, count: records.length }]
    }),
  )
}

/**
 * The graph to draw for a run: the flow's, as long as it has all the steps that ran. A flow may have changed or gone since; then the
 * steps stand alone.
 */
export function shapeOfRun({ steps }: Pick<Run, 'steps'>, flow: Flow | undefined): FlowShape {
  const ran = [...new Set(steps.map(({ stepId }) => stepId))]
  const known = new Set(flow?.graph.nodes.map(({ id }) => id))
  if (flow !== undefined && ran.every((id) => known.has(id))) return flow.graph
  return { nodes: ran.map((id) => ({ id, componentId: 'step', function: 'of an earlier graph' })) }
}
