import { type Constraints, constraintsOf } from '../validation/constraints.ts'
import type { SchemaNode } from '../validation/schema-set.ts'
import { type ArrayFacts, arrayFactsOf } from './array-facts.ts'
import type { Branch } from './branch.ts'
import type { Comparison } from './comparison.ts'
import { type Refusal, within } from './refusal.ts'
import { arrayOf } from './samples.ts'

/** What a schema demands of arrays that those of a branch do not keep. */
export function arrayRefusals(comparison: Comparison, branch: Branch, sup: SchemaNode): Refusal[] {
  const wanted = constraintsOf(sup)
  const facts = arrayFactsOf(branch.nodes.map(constraintsOf))
  const ofLength = (length: number) => () => {
    const array = arrayOf(branch, length, 0)
    return array === undefined || array.length < length ? [] : [array]
  }
  const most = mostItems(comparison, facts)
  const refusals: Refusal[] = []
  const refuse = (keyword: string, rule: Refusal['rule'], message: string, witnesses: () => readonly unknown[]) =>
    refusals.push({ node: sup, at: [keyword], rule, message, witnesses })
  if (facts.minItems < wanted.minItems)
    refuse(
      'minItems',
      'item-count-narrowed',
      `%refusing takes arrays of ${wanted.minItems} items and more, and %taking takes shorter ones`,
      ofLength(facts.minItems),
    )
  if (most > wanted.maxItems)
    refuse(
      'maxItems',
      'item-count-narrowed',
      `%refusing takes arrays of at most ${wanted.maxItems} items, and %taking takes longer ones`,
      ofLength(wanted.maxItems + 1),
    )
  if (wanted.uniqueItems && !facts.uniqueItems && most > 1)
    refuse(
      'uniqueItems',
      'unique-items-demanded',
      '%refusing takes no array with two items that are the same, and %taking takes such',
      ofLength(2),
    )
  if (wanted.contains && !keepsContained(comparison, branch, facts, sup))
    refuse(
      'contains',
      'contained-items-demanded',
      '%refusing demands by "contains" what items %taking may lack, or have too many of',
      () => [0, 1, 2, 5].flatMap((length) => ofLength(length)()),
    )
  return [...refusals, ...itemRefusals(comparison, branch, { wanted, facts, most })]
}

interface Items {
  readonly wanted: Constraints
  readonly facts: ArrayFacts
  readonly most: number
}

/** Up to where items are alike on both sides, each index by itself. */
function itemRefusals({ refusalsOf }: Comparison, branch: Branch, { wanted, facts, most }: Items): Refusal[] {
  const alikeFrom = Math.max(facts.alikeFrom, wanted.prefixItems.length)
  return Array.from({ length: Math.min(alikeFrom + 1, most) }, (_, index) => index).flatMap((index) => {
    const demanded = wanted.prefixItems[index] ?? wanted.items
    if (demanded === undefined) return []
    const atIndex = (item: unknown) => {
      const array = arrayOf(branch, index, 0)
      return array === undefined ? [] : [array.toSpliced(index, 1, item)]
    }
    return within(refusalsOf(facts.item(index), demanded), atIndex)
  })
}

/** An index of which nothing is taken is beyond the end. */
function mostItems({ emptiness }: Comparison, { maxItems, alikeFrom, item }: ArrayFacts): number {
  for (let index = 0; index <= alikeFrom && index < maxItems; index += 1)
    if (emptiness.isEmpty(item(index))) return index
  return maxItems
}

function keepsContained(comparison: Comparison, branch: Branch, facts: ArrayFacts, sup: SchemaNode): boolean {
  const { contains } = constraintsOf(sup)
  if (contains === undefined || comparison.isSaid(branch, sup, ['contains', 'minContains', 'maxContains'])) return true
  const { node, min, max } = contains
  const isKnown =
    min === 0 ||
    facts.contains.some((known) => known.min >= min && comparison.refusalsOf([known.node], node).length === 0)
  const isEvery = () =>
    facts.alikeFrom === 0 && facts.minItems >= min && comparison.refusalsOf(facts.item(0), node).length === 0
  return max === Number.POSITIVE_INFINITY && (isKnown || isEvery())
}
