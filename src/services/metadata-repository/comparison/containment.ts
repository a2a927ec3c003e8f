import { type Constraints, constraintsOf } from '../validation/constraints.ts'
import { ARRAY, NUMBER, nameTypes, OBJECT, STRING, splitTypes, type Types } from '../validation/json-type.ts'
import type { SchemaNode } from '../validation/schema-set.ts'
import type { Accepts } from '../validation/validator.ts'
import { arrayRefusals } from './array-refusals.ts'
import { type Branch, branchesOf, type Conjunction } from './branch.ts'
import type { Comparison } from './comparison.ts'
import { createEmptiness } from './emptiness.ts'
import { numberRefusals } from './number-refusals.ts'
import { objectRefusals } from './object-refusals.ts'
import type { Refusal } from './refusal.ts'
import { createSameness } from './same.ts'
import { samplesOfBranch } from './samples.ts'
import { textRefusals } from './text-refusals.ts'

/** Steps of one comparison; what is left then is not decided. */
const MOST_STEPS = 100_000
/** What is refused in more ways than these is refused enough. */
const MOST_REFUSALS = 60

/**
 * Compares what schemas take. That everything is taken is only said where it is proved: a schema is the conjunction of its keywords, so each of them
 * is looked at by itself against all that is known of the other side, in each of the ways in which that can hold. Recursive schemas are compared by
 * coinduction: what is asked for again, further inside of a value, may be assumed, as values are finite.
 */
export function createComparison(accepts: Accepts): Comparison {
  const { isSame, hasSame } = createSameness()
  const emptiness = createEmptiness(accepts)
  const active = new Set<string>()
  const proved = new Set<string>()
  let assumed = 0
  let steps = 0

  function refusalsOf(sub: Conjunction, sup: SchemaNode): Refusal[] {
    if (sup.schema === true || sub.some((node) => isSame(node, sup))) return []
    const key = `${[...new Set(sub.map(({ id }) => id))].sort((one, other) => one - other).join(' ')} < ${sup.id}`
    if (proved.has(key)) return []
    if (active.has(key)) {
      assumed += 1
      return []
    }
    active.add(key)
    const before = assumed
    const refusals = branchesOf(sub).flatMap((branch) => refusalsOfBranch(emptiness.alive(branch), sup))
    active.delete(key)
    if (refusals.length === 0 && assumed === before) proved.add(key)
    return refusals.slice(0, MOST_REFUSALS)
  }

  function refusalsOfBranch(branch: Branch, sup: SchemaNode, depth = 0): Refusal[] {
    if (branch.types === 0 || sup.schema === true || branch.nodes.some((node) => isSame(node, sup))) return []
    steps += 1
    // A reference that leads to itself at the same place would go on for ever.
    if (steps > MOST_STEPS || depth > 100) return [tooComplex(branch, sup)]
    if (sup.schema === false) return [everythingRefused(branch, sup)]
    if (branch.values !== undefined) return refusedValues(branch, branch.values, sup)
    const constraints = constraintsOf(sup)
    const inside: Branch = { ...branch, types: branch.types & constraints.types }
    return [
      ...refusedTypes(branch, sup, constraints),
      ...refusedByValues(inside, sup, constraints),
      ...refusedByKind(inside, sup, constraints),
      ...constraints.all.flatMap((node) => refusalsOfBranch(inside, node, depth + 1)),
      ...refusedByAny(inside, sup, constraints, depth),
      ...refusedByOne(inside, sup, constraints, depth),
      ...refusedByNot(inside, sup, constraints),
      ...refusedByCondition(inside, sup, constraints, depth),
      ...constraints.opaque.map((keyword) => notUnderstood(inside, sup, keyword)),
    ]
  }

  /** Few values are tried one by one. */
  function refusedValues(branch: Branch, values: readonly unknown[], sup: SchemaNode): Refusal[] {
    const refused = values.filter(
      (value) => accepts(sup, value) !== true && branch.nodes.every((node) => accepts(node, value) !== false),
    )
    if (refused.length === 0) return []
    const shown = JSON.stringify(refused[0])
    const message = `%refusing does not take the value ${shown.length > 100 ? `${shown.slice(0, 100)}…` : shown}, which %taking takes`
    return [{ node: sup, at: [], rule: 'values-narrowed', message, witnesses: () => refused.slice(0, 4) }]
  }

  function refusedByKind(branch: Branch, sup: SchemaNode, constraints: Constraints): Refusal[] {
    const { types } = branch
    return [
      ...((types & NUMBER) === 0 ? [] : numberRefusals(branch, sup, constraints)),
      ...((types & STRING) === 0 ? [] : textRefusals(branch, sup, constraints)),
      ...((types & ARRAY) === 0 ? [] : arrayRefusals(comparison, branch, sup)),
      ...((types & OBJECT) === 0 ? [] : objectRefusals(comparison, branch, sup)),
    ]
  }

  /** What one side says in the same words needs no proof, however little is known of it. */
  function isSaid(branch: Branch, sup: SchemaNode, keywords: readonly string[]): boolean {
    return branch.nodes.some((node) => hasSame(node, sup, keywords))
  }

  function refusedByAny(branch: Branch, sup: SchemaNode, { any }: Constraints, depth: number): Refusal[] {
    if (any === undefined || isSaid(branch, sup, ['anyOf'])) return []
    const found = splitTypes(branch.types).flatMap((types) => {
      const part: Branch = { ...branch, types }
      const tried = any.map((node) => refusalsOfBranch(part, node, depth + 1))
      return tried.some(({ length }) => length === 0) ? [] : tried.flat()
    })
    return found.length === 0 ? [] : [noAlternative(branch, sup, 'anyOf', found)]
  }

  function refusedByOne(branch: Branch, sup: SchemaNode, { one }: Constraints, depth: number): Refusal[] {
    if (one === undefined || isSaid(branch, sup, ['oneOf'])) return []
    const found = splitTypes(branch.types).flatMap((types) => {
      const part: Branch = { ...branch, types }
      const tried = one.map((node) => refusalsOfBranch(part, node, depth + 1))
      const chosen = tried.findIndex(({ length }) => length === 0)
      if (chosen < 0) return tried.flat()
      const alsoTaking = one.filter((node, index) => index !== chosen && !emptiness.areApart(part, node))
      return alsoTaking.map((node) => takenTwice(part, sup, node))
    })
    return found.length === 0 ? [] : [noAlternative(branch, sup, 'oneOf', found)]
  }

  function refusedByNot(branch: Branch, sup: SchemaNode, { not }: Constraints): Refusal[] {
    if (not === undefined || branch.types === 0 || isSaid(branch, sup, ['not']) || emptiness.areApart(branch, not))
      return []
    const message = '%refusing excludes by "not" what %taking may take'
    const witnesses = () => [
      ...samplesOfBranch(branch, branch.types),
      ...branchesOf([...branch.nodes, not]).flatMap((each) => samplesOfBranch(each, each.types & branch.types)),
    ]
    return [{ node: sup, at: ['not'], rule: 'exclusion-added', message, witnesses }]
  }

  function refusedByCondition(branch: Branch, sup: SchemaNode, { conditional }: Constraints, depth: number): Refusal[] {
    if (conditional === undefined || branch.types === 0 || isSaid(branch, sup, ['if', 'then', 'else'])) return []
    const { if: condition, met, unmet } = conditional
    const whenMet =
      met === undefined || emptiness.areApart(branch, condition) ? [] : refusalsWith(branch, condition, met, depth)
    if (unmet === undefined) return whenMet
    const isAlwaysMet = refusalsOfBranch(branch, condition, depth + 1).length === 0
    return isAlwaysMet ? whenMet : [...whenMet, ...refusalsOfBranch(branch, unmet, depth + 1)]
  }

  /** Of the values for which the condition holds as well. */
  function refusalsWith(branch: Branch, condition: SchemaNode, sup: SchemaNode, depth: number): Refusal[] {
    if (depth > 20) return [tooComplex(branch, sup)]
    return branchesOf([...branch.nodes, condition]).flatMap((each) => {
      const narrowed = emptiness.alive({ ...each, types: each.types & branch.types })
      return refusalsOfBranch(narrowed, sup, depth + 1)
    })
  }

  const comparison: Comparison = { refusalsOf, isSaid, emptiness, accepts }
  return comparison
}

function refusedTypes(branch: Branch, sup: SchemaNode, { types }: Constraints): Refusal[] {
  const extra: Types = branch.types & ~types
  if (extra === 0) return []
  const message = `%refusing takes ${nameTypes(types) || 'nothing'}, and %taking takes ${nameTypes(extra)} as well`
  return [{ node: sup, at: ['type'], rule: 'type-narrowed', message, witnesses: () => samplesOfBranch(branch, extra) }]
}

function refusedByValues(branch: Branch, sup: SchemaNode, { values }: Constraints): Refusal[] {
  if (values === undefined || branch.types === 0) return []
  const message = '%refusing takes only the values that it lists, and %taking takes others'
  const witnesses = () => samplesOfBranch(branch, branch.types)
  return [{ node: sup, at: ['enum'], rule: 'values-narrowed', message, witnesses }]
}

function everythingRefused(branch: Branch, sup: SchemaNode): Refusal {
  const message = '%refusing takes nothing here, and %taking takes something'
  return {
    node: sup,
    at: [],
    rule: 'everything-refused',
    message,
    witnesses: () => samplesOfBranch(branch, branch.types),
  }
}

function noAlternative(branch: Branch, sup: SchemaNode, keyword: string, found: readonly Refusal[]): Refusal {
  const message = `No one alternative of "${keyword}" in %refusing is known to take all that %taking takes`
  const witnesses = () =>
    [...found.slice(0, 12).flatMap((refusal) => refusal.witnesses()), ...samplesOfBranch(branch, branch.types)].slice(
      0,
      40,
    )
  return { node: sup, at: [keyword], rule: 'alternatives-narrowed', message, witnesses }
}

function takenTwice(branch: Branch, sup: SchemaNode, node: SchemaNode): Refusal {
  const message = 'More than one alternative of "oneOf" in %refusing may take what %taking takes'
  const witnesses = () =>
    branchesOf([...branch.nodes, node]).flatMap((each) => samplesOfBranch(each, each.types & branch.types))
  return { node: sup, at: ['oneOf'], rule: 'alternatives-narrowed', message, witnesses }
}

function notUnderstood(branch: Branch, sup: SchemaNode, keyword: string): Refusal {
  const message = `What "${keyword}" in %refusing demands cannot be compared`
  return {
    node: sup,
    at: [keyword],
    rule: 'not-understood',
    message,
    witnesses: () => samplesOfBranch(branch, branch.types),
  }
}

function tooComplex(branch: Branch, sup: SchemaNode): Refusal {
  const message = 'The schemas are too complex to be compared here'
  return { node: sup, at: [], rule: 'too-complex', message, witnesses: () => samplesOfBranch(branch, branch.types) }
}
