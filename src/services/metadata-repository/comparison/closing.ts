import { constraintsOf } from '../validation/constraints.ts'
import type { SchemaNode } from '../validation/schema-set.ts'

/** What `unevaluatedProperties` demands of the properties beyond those that are listed anywhere beside it. */
export interface Closing {
  readonly names: ReadonlySet<string>
  readonly patterns: readonly string[]
  readonly node: SchemaNode
}

/** Of each schema with `unevaluatedProperties`: the names that may count as evaluated, in whichever way it holds. None where that may be all. */
export function closingsOf(nodes: readonly SchemaNode[]): Closing[] {
  return nodes.flatMap((node) => {
    const { unevaluatedProperties } = constraintsOf(node)
    if (unevaluatedProperties === undefined || unevaluatedProperties.schema === true) return []
    const names = new Set<string>()
    const patterns: string[] = []
    const isKnown = gather(node, { names, patterns, seen: new Set(), own: node })
    return isKnown ? [{ names, patterns, node: unevaluatedProperties }] : []
  })
}

/** What `unevaluatedProperties` of a schema demands of all that is not evaluated in whichever way it holds. */
export function demandedClosing(node: SchemaNode): Closing[] {
  const { unevaluatedProperties } = constraintsOf(node)
  if (unevaluatedProperties === undefined || unevaluatedProperties.schema === true) return []
  const names = new Set<string>()
  const patterns: string[] = []
  const seen = new Set<SchemaNode>()
  const pending = [node]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next) || typeof next.schema === 'boolean') continue
    seen.add(next)
    const { properties, patterns: more, additional, all, ...rest } = constraintsOf(next)
    if (additional !== undefined || (next !== node && rest.unevaluatedProperties !== undefined)) return []
    for (const name of properties.keys()) names.add(name)
    patterns.push(...more.keys())
    pending.push(...all)
  }
  return [{ names, patterns, node: unevaluatedProperties }]
}

interface Gathering {
  readonly names: Set<string>
  readonly patterns: string[]
  readonly seen: Set<SchemaNode>
  readonly own: SchemaNode
}

/** False where everything may be evaluated. */
function gather(node: SchemaNode, into: Gathering): boolean {
  if (into.seen.has(node) || typeof node.schema === 'boolean') return true
  into.seen.add(node)
  const constraints = constraintsOf(node)
  const { properties, patterns, additional, unevaluatedProperties, opaque } = constraints
  const takesAll =
    additional !== undefined || (node !== into.own && unevaluatedProperties !== undefined) || opaque.length > 0
  if (takesAll) return false
  for (const name of properties.keys()) into.names.add(name)
  into.patterns.push(...patterns.keys())
  return besides(constraints).every((each) => gather(each, into))
}

/** The schemas that are applied to the same value. */
function besides({ all, any, one, conditional, dependentSchemas }: ReturnType<typeof constraintsOf>): SchemaNode[] {
  const branches = conditional === undefined ? [] : [conditional.if, conditional.met, conditional.unmet]
  return [
    ...all,
    ...(any ?? []),
    ...(one ?? []),
    ...branches.filter((each) => each !== undefined),
    ...dependentSchemas.values(),
  ]
}
