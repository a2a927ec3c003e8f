/** A step of a graph, as the Flow Repository serves it. */
export interface GraphNode {
  readonly id: string
  /** For people. */
  readonly name?: string
  readonly componentId: string
  readonly function: string
  readonly fields?: Readonly<Record<string, unknown>>
  /** The secret by which the step acts. */
  readonly credentials_id?: string
}

/** A graph as the Flow Repository serves it. */
export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly edges?: readonly { readonly source: string; readonly target: string }[]
}

/** The secrets that the steps act by, each once. */
export function secretsOf({ nodes }: Graph): string[] {
  return [...new Set(nodes.flatMap((node) => secretOf(node) ?? []))]
}

/** The secret that the step acts by, its id as the hub writes it; callers may have written it in capitals. */
export function secretOf({ credentials_id: id }: GraphNode): string | undefined {
  return id?.toLowerCase()
}

/** A graph made ready for routing messages. */
export interface Plan {
  /** The step that gets what the trigger took in. */
  readonly firstStep: string
  node(stepId: string): GraphNode | undefined
  /** The steps that get what this step emits. */
  targets(stepId: string): readonly string[]
}

/** Throws unless exactly one step has no incoming edge. */
export function planOf({ nodes, edges = [] }: Graph): Plan {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const targets = Map.groupBy(edges, ({ source }) => source)
  const reached = new Set(edges.map(({ target }) => target))
  const [first, ...others] = nodes.filter(({ id }) => !reached.has(id))
  if (first === undefined || others.length > 0) {
    throw new Error('Cannot run the graph as exactly one step must have no incoming edge')
  }
  return {
    firstStep: first.id,
    node: (stepId) => byId.get(stepId),
    targets: (stepId) => (targets.get(stepId) ?? []).map(({ target }) => target),
  }
}
