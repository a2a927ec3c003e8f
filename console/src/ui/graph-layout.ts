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

/** A rectangle around a drawing. */
export interface Bounds {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where the steps stand: the upper left corner of each by its id, and what is around all of them. */
export interface Layout {
  readonly places: ReadonlyMap<string, { readonly x: number; readonly y: number }>
  readonly bounds: Bounds
}

/** Places the steps from left to right, so that few edges cross. */
export function placeSteps({ nodes, edges = [] }: FlowShape): Layout {
  const graph = new Graph()
  graph.setGraph({ rankdir: 'LR', nodesep: 28, ranksep: 64 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id } of nodes) graph.setNode(id, { ...NODE })
  for (const { source, target } of edges) graph.setEdge(source, target)
  layout(graph)
  const places = new Map(
    nodes.map(({ id }) => {
      const { x, y } = graph.node(id) as { x: number; y: number }
      return [id, { x: x - NODE.width / 2, y: y - NODE.height / 2 }]
    }),
  )
  const [xs, ys] = [[...places.values()].map(({ x }) => x), [...places.values()].map(({ y }) => y)]
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  const bounds = { x, y, width: Math.max(...xs) + NODE.width - x, height: Math.max(...ys) + NODE.height - y }
  return { places, bounds }
}
