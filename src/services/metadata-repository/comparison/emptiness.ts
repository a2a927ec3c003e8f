import { type Constraints, constraintsOf } from '../validation/constraints.ts'
import { ARRAY, NUMBER, OBJECT, STRING, splitTypes, type Types, typeOf } from '../validation/json-type.ts'
import type { SchemaNode } from '../validation/schema-set.ts'
import type { Accepts } from '../validation/validator.ts'
import { arrayFactsOf } from './array-facts.ts'
import { type Branch, branchesOf, type Conjunction } from './branch.ts'
import { closingsOf } from './closing.ts'
import { hasNoNumber, numberFactsOf } from './number-facts.ts'
import { objectFactsOf } from './object-facts.ts'
import { hasNoText, textFactsOf } from './text-facts.ts'

/** Finds out that nothing is taken. Where that is not proved it is not said. */
export interface Emptiness {
  isEmpty(conjunction: Conjunction): boolean
  /** The branch without types and values of which it takes nothing. */
  alive(branch: Branch): Branch
  /** Whether the schema takes nothing that the branch takes. */
  areApart(branch: Branch, node: SchemaNode): boolean
}

/** So far inside of a value is looked. */
const DEEPEST = 3

/** Creates it; values are tried by `accepts`. */
export function createEmptiness(accepts: Accepts): Emptiness {
  function isEmpty(conjunction: Conjunction, depth = 0): boolean {
    if (conjunction.length === 0 || depth > DEEPEST) return false
    if (conjunction.some(({ schema }) => schema === false)) return true
    return branchesOf(conjunction).every((branch) => alive(branch, depth).types === 0)
  }

  function alive(branch: Branch, depth = 0): Branch {
    const { values, nodes } = branch
    if (values !== undefined) {
      const left = values.filter((value) => nodes.every((node) => accepts(node, value) !== false))
      return { ...branch, values: left, types: left.reduce<Types>((types, value) => types | typeOf(value), 0) }
    }
    const all = nodes.map(constraintsOf)
    const types = splitTypes(branch.types).reduce<Types>(
      (sum, type) => (isDead(type, nodes, all, depth) ? sum : sum | type),
      0,
    )
    return types === branch.types ? branch : { ...branch, types }
  }

  function isDead(types: Types, nodes: readonly SchemaNode[], all: readonly Constraints[], depth: number): boolean {
    if ((types & NUMBER) !== 0) return hasNoNumber(numberFactsOf(all, types))
    if (types === STRING) return hasNoText(textFactsOf(all))
    if (types === ARRAY) return hasNoArray(all, depth)
    return types === OBJECT && hasNoObject(nodes, all, depth)
  }

  function hasNoArray(all: readonly Constraints[], depth: number): boolean {
    const { minItems, maxItems, item } = arrayFactsOf(all)
    if (minItems > maxItems) return true
    return Array.from({ length: Math.min(minItems, 20) }, (_, index) => index).some((index) =>
      isEmpty(item(index), depth + 1),
    )
  }

  function hasNoObject(nodes: readonly SchemaNode[], all: readonly Constraints[], depth: number): boolean {
    const { required, minProperties, maxProperties, property } = objectFactsOf(all, closingsOf(nodes))
    if (minProperties > maxProperties) return true
    return [...required].some((name) => isEmpty(property(name), depth + 1))
  }

  return {
    isEmpty: (conjunction) => isEmpty(conjunction),
    alive: (branch) => alive(branch),
    areApart: (branch, node) =>
      branchesOf([...branch.nodes, node]).every(
        (each) => alive({ ...each, types: each.types & branch.types }).types === 0,
      ),
  }
}
