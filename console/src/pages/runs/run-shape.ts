import type { Run } from '../../api/queries.ts'
import type { StepState } from '../../ui/flow-graph.tsx'
import type { FlowShape } from '../../ui/graph-layout.ts'

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

/** The graph to draw for a run: the one it follows. Where that is gone, the steps stand alone. */
export function shapeOfRun({ graph, steps }: Pick<Run, 'graph' | 'steps'>): FlowShape {
  if (graph) return graph
  const ran = [...new Set(steps.map(({ stepId }) => stepId))]
  return { nodes: ran.map((id) => ({ id, componentId: 'step', function: 'of a graph that is gone' })) }
}
