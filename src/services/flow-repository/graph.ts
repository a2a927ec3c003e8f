import { type Static, Type } from 'typebox'
import type { Fault } from '#lib/errors'

const stepId = Type.String({
  minLength: 1,
  maxLength: 30,
  pattern: '^[A-Za-z0-9_-]+$',
  description: 'Unique in the graph',
})

/** One step: a function of a component with its settings. */
export const NodeSchema = Type.Object(
  {
    id: stepId,
    componentId: Type.String({ minLength: 1, maxLength: 100, description: 'Name of a built-in component' }),
    function: Type.String({ minLength: 1, maxLength: 100, description: 'Trigger or action of the component' }),
    name: Type.Optional(Type.String({ maxLength: 100 })),
    description: Type.Optional(Type.String({ maxLength: 1_000 })),
    fields: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Settings of the function' })),
    credentials_id: Type.Optional(
      Type.String({ format: 'uuid', description: 'The secret by which the step acts, if its component takes one' }),
    ),
  },
  { additionalProperties: false },
)

/** Messages that `source` emits go to `target`. */
export const EdgeSchema = Type.Object(
  {
    id: Type.Optional(Type.String({ minLength: 1, maxLength: 10 })),
    source: stepId,
    target: stepId,
  },
  { additionalProperties: false },
)

/** The form of a graph; `graphFaults` says whether it makes sense. */
export const GraphSchema = Type.Object(
  {
    nodes: Type.Array(NodeSchema, { maxItems: 1_000 }),
    edges: Type.Optional(Type.Array(EdgeSchema, { maxItems: 5_000 })),
  },
  { additionalProperties: false },
)

/** Steps, and where their messages go. */
export type Graph = Static<typeof GraphSchema>

/**
 * Everything that keeps a well-formed graph from running, at once: no steps, ids used twice, edges to nowhere or doubled, cycles,
 * no single first step, steps that nothing leads to.
 */
export function graphFaults({ nodes, edges = [] }: Graph): Fault[] {
  if (nodes.length === 0) return [{ field: 'graph.nodes', message: 'A graph must have at least one node' }]
  const ids = new Set(nodes.map(({ id }) => id))
  const faults = [...doubledIds(nodes), ...edges.flatMap((edge, index) => edgeFaults(edge, index, ids, edges))]
  if (faults.length > 0) return faults
  return [...cycleFaults(nodes, edges), ...startFaults(nodes, edges)]
}

function doubledIds(nodes: Graph['nodes']): Fault[] {
  const first = new Map(nodes.map(({ id }, index) => [id, index] as const).reverse())
  return nodes.flatMap(({ id }, index) =>
    first.get(id) === index ? [] : [{ field: `graph.nodes[${index}].id`, message: `The id "${id}" must be unique` }],
  )
}

type Edges = NonNullable<Graph['edges']>

function edgeFaults(edge: Edges[number], index: number, ids: ReadonlySet<string>, edges: Edges): Fault[] {
  const ends = (['source', 'target'] as const).flatMap((end) =>
    ids.has(edge[end])
      ? []
      : [{ field: `graph.edges[${index}].${end}`, message: `There must be a node with the id "${edge[end]}"` }],
  )
  const twin = edges.findIndex(({ source, target }) => source === edge.source && target === edge.target)
  const doubled =
    twin === index
      ? []
      : [
          {
            field: `graph.edges[${index}]`,
            message: `The edge from "${edge.source}" to "${edge.target}" must be unique`,
          },
        ]
  return [...ends, ...doubled]
}

/** Takes away steps that nothing leads to until none is left (Kahn, 1962); what remains lies on a cycle or behind one. */
function cycleFaults(nodes: Graph['nodes'], edges: Edges): Fault[] {
  const incoming = new Map(nodes.map(({ id }) => [id, 0]))
  const targets = Map.groupBy(edges, ({ source }) => source)
  for (const { target } of edges) incoming.set(target, (incoming.get(target) ?? 0) + 1)
  const free = nodes.map(({ id }) => id).filter((id) => incoming.get(id) === 0)
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    incoming.delete(id)
    for (const { target } of targets.get(id) ?? []) {
      const left = (incoming.get(target) ?? 0) - 1
      incoming.set(target, left)
      if (left === 0) free.push(target)
    }
  }
  if (incoming.size === 0) return []
  return [{ field: 'graph.edges', message: `The graph must not have a cycle: see ${quoted([...incoming.keys()])}` }]
}

/** A graph without cycles in which one step alone has no incoming edge leads from there to every step. */
function startFaults(nodes: Graph['nodes'], edges: Edges): Fault[] {
  const reached = new Set(edges.map(({ target }) => target))
  const starts = nodes.map(({ id }) => id).filter((id) => !reached.has(id))
  if (starts.length <= 1) return []
  return [{ field: 'graph.nodes', message: `Only the first node may have no incoming edge: see ${quoted(starts)}` }]
}

function quoted(ids: readonly string[]): string {
  const shown = ids.slice(0, 10).map((id) => `"${id}"`)
  return ids.length > shown.length ? `${shown.join(', ')} and ${ids.length - shown.length} more` : shown.join(', ')
}
