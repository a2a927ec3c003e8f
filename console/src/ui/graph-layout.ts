import { Graph, layout } from '@dagrejs/dagre'

/** Steps and where their messages go. */
export interface FlowShape {
  readonly nodes: readonly {
    readonly id: string
    readonly componentId: string
    readonly function: string
    readonly name?: string
  }[]
  readonly edges?: readonly { readonly source: string; readonly target: string }[]
}

/** Size of a step in the drawing. */
export const NODE = { width: 190, height: 62 }

/** Places the steps from left to right, so that few edges cross. Gives the upper left corner of each. */
export function placeSteps({ nodes, edges = [] }: FlowShape): Map<string, { x: number; y: number }> {
  const graph = new Graph()
  graph.setGraph({ rankdir: 'LR', nodesep: 28, ranksep: 64 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id } of nodes) graph.setNode(id, { ...NODE })
  for (const { source, target } of edges) graph.setEdge(source, target)
  layout(graph)
  return new Map(
    nodes.map(({ id }) => {
      const { x, y } = graph.node(id) as { x: number; y: number }
      return [id, { x: x - NODE.width / 2, y: y - NODE.height / 2 }]
    }),
  )
}
