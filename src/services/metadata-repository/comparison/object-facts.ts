import type { Constraints } from '../validation/constraints.ts'
import { matches } from '../validation/pattern.ts'
import type { SchemaNode } from '../validation/schema-set.ts'
import type { Conjunction } from './branch.ts'
import { areApart } from './text-facts.ts'

/** What is known of the objects that a branch takes. */
export interface ObjectFacts {
  readonly required: ReadonlySet<string>
  readonly minProperties: number
  readonly maxProperties: number
  /** Names that some schema speaks of. */
  readonly names: readonly string[]
  /** Patterns of names that some schema speaks of. */
  readonly patterns: readonly string[]
  /** What holds for the value of a name. */
  property(name: string): Conjunction
  /** What holds at least for the value of a name that matches the pattern and is none of `names`. */
  matching(pattern: string): Conjunction
  /** What holds for the value of a name that no schema speaks of. */
  readonly others: Conjunction
  /** The names that come with a name. */
  readonly dependent: ReadonlyMap<string, readonly string[]>
  /** What holds for the names. */
  readonly propertyNames: Conjunction
}

/** One schema's word on the properties that it does not list. */
interface Rest {
  readonly names: ReadonlySet<string>
  readonly patterns: readonly string[]
  readonly node: SchemaNode
}

/** Gathers it from the constraints that all hold; `closings` are what `unevaluatedProperties` demands beyond what is listed. */
export function objectFactsOf(all: readonly Constraints[], closings: readonly Rest[] = []): ObjectFacts {
  const rests = [...all.flatMap((each) => restOf(each) ?? []), ...closings]
  const names = [
    ...new Set([
      ...all.flatMap(({ properties }) => [...properties.keys()]),
      ...closings.flatMap((each) => [...each.names]),
    ]),
  ]
  const required = new Set(all.flatMap((each) => each.required))
  const patterns = [
    ...new Set(all.flatMap((each) => [...each.patterns.keys()]).concat(closings.flatMap((each) => each.patterns))),
  ]
  return {
    required,
    minProperties: Math.max(required.size, ...all.map(({ minProperties }) => minProperties)),
    maxProperties: Math.min(Number.POSITIVE_INFINITY, ...all.map(({ maxProperties }) => maxProperties)),
    names,
    patterns,
    property: (name) => [
      ...all.flatMap((each) => listed(each, name)),
      ...rests.flatMap((rest) => (isIn(rest, name) ? [] : [rest.node])),
    ],
    matching: (pattern) => [
      ...all.flatMap((each) => each.patterns.get(pattern) ?? []),
      // Where a pattern of another wording may match as well it is not known which of the two counts.
      ...rests.flatMap((rest) => (rest.patterns.every((other) => areApart(pattern, other)) ? [rest.node] : [])),
    ],
    others: rests.map(({ node }) => node),
    dependent: mergedLists(all.map(({ dependentRequired }) => dependentRequired)),
    propertyNames: all.flatMap((each) => each.propertyNames ?? []),
  }
}

function restOf({ properties, patterns, additional }: Constraints): Rest | undefined {
  if (additional === undefined || additional.schema === true) return undefined
  return { names: new Set(properties.keys()), patterns: [...patterns.keys()], node: additional }
}

/** What a schema says of a name by listing it or by a pattern. */
function listed({ properties, patterns }: Constraints, name: string): SchemaNode[] {
  const own = properties.get(name)
  const matching = [...patterns].flatMap(([pattern, node]) => (matches(pattern, name) ? [node] : []))
  return own === undefined ? matching : [own, ...matching]
}

function isIn({ names, patterns }: Rest, name: string): boolean {
  return names.has(name) || patterns.some((pattern) => matches(pattern, name))
}

function mergedLists(maps: readonly ReadonlyMap<string, readonly string[]>[]): Map<string, string[]> {
  const merged = new Map<string, string[]>()
  for (const [name, list] of maps.flatMap((map) => [...map])) merged.set(name, [...(merged.get(name) ?? []), ...list])
  return merged
}
