import type { Constraints } from '../validation/constraints.ts'
import type { Conjunction } from './branch.ts'

/** What is known of the arrays that a branch takes. */
export interface ArrayFacts {
  readonly minItems: number
  readonly maxItems: number
  readonly uniqueItems: boolean
  readonly contains: readonly NonNullable<Constraints['contains']>[]
  /** From this index on all items are alike. */
  readonly alikeFrom: number
  item(index: number): Conjunction
}

/** Gathers it from the constraints that all hold. */
export function arrayFactsOf(all: readonly Constraints[]): ArrayFacts {
  return {
    minItems: Math.max(0, ...all.map(({ minItems, contains }) => Math.max(minItems, contains?.min ?? 0))),
    maxItems: Math.min(Number.POSITIVE_INFINITY, ...all.map(mostItems)),
    uniqueItems: all.some(({ uniqueItems }) => uniqueItems),
    contains: all.flatMap(({ contains }) => contains ?? []),
    alikeFrom: Math.max(0, ...all.map(({ prefixItems }) => prefixItems.length)),
    item: (index) => all.flatMap(({ prefixItems, items }) => prefixItems[index] ?? items ?? []),
  }
}

function mostItems({ maxItems, prefixItems, items }: Constraints): number {
  return items?.schema === false ? Math.min(maxItems, prefixItems.length) : maxItems
}
