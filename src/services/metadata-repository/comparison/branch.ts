import { type Constraints, constraintsOf } from '../validation/constraints.ts'
import { ALL_TYPES, BOOLEAN, FRACTION, NULL, type Types, typeOf, typesOf } from '../validation/json-type.ts'
import { isSameValue } from '../validation/json-value.ts'
import type { SchemaNode } from '../validation/schema-set.ts'

/** Schemas that all hold; none = everything does. */
export type Conjunction = readonly SchemaNode[]

/** One of the ways in which all schemas of a conjunction hold. What it takes includes all that they take in this way, and maybe more. */
export interface Branch {
  readonly types: Types
  /** The values that are possible; undefined = not known to be few. */
  readonly values: readonly unknown[] | undefined
  /** The schemas whose own keywords hold, without those that only choose or refer. */
  readonly nodes: readonly SchemaNode[]
}

/** More ways are not told apart: then what chooses between them counts for nothing, which only makes a branch take more. */
const MOST_BRANCHES = 64

interface Draft {
  types: Types
  values: readonly unknown[] | undefined
  readonly nodes: Set<SchemaNode>
  readonly pending: SchemaNode[]
}

/** All ways in which the schemas of a conjunction hold: together they take everything that it takes. None = it takes nothing. */
export function branchesOf(conjunction: Conjunction): Branch[] {
  const done: Branch[] = []
  const drafts: Draft[] = [
    { types: ALL_TYPES, values: undefined, nodes: new Set(), pending: [...conjunction].reverse() },
  ]
  for (let draft = drafts.pop(); draft !== undefined; draft = drafts.pop()) {
    const node = draft.pending.pop()
    if (node === undefined) {
      done.push({ types: draft.types, values: draft.values, nodes: [...draft.nodes] })
      continue
    }
    if (node.schema === false) continue
    if (node.schema === true || draft.nodes.has(node)) {
      drafts.push(draft)
      continue
    }
    const room = MOST_BRANCHES - drafts.length - done.length
    drafts.push(...withNode(draft, node, constraintsOf(node), room))
  }
  return done
}

function withNode(draft: Draft, node: SchemaNode, constraints: Constraints, room: number): Draft[] {
  draft.nodes.add(node)
  draft.pending.push(...constraints.all)
  draft.types &= constraints.types & typesLeftBy(constraints)
  if (constraints.values !== undefined) draft.values = commonValues(draft.values, constraints.values)
  narrow(draft)
  if (draft.types === 0) return []
  let drafts = [draft]
  for (const choice of choicesOf(constraints)) {
    if (drafts.length * choice.length > room) continue
    drafts = drafts.flatMap((each) => choice.map((nodes) => withPending(each, nodes)))
  }
  return drafts
}

/** Types and values bound each other; those of a type with few values are listed. */
function narrow(draft: Draft): void {
  if (draft.values === undefined && (draft.types & ~(NULL | BOOLEAN)) === 0)
    draft.values = [null, false, true].filter((value) => (typeOf(value) & draft.types) !== 0)
  if (draft.values === undefined) return
  draft.values = draft.values.filter((value) => (typeOf(value) & draft.types) !== 0)
  draft.types = draft.values.reduce<Types>((types, value) => types | typeOf(value), 0)
}

function commonValues(values: readonly unknown[] | undefined, others: readonly unknown[]): readonly unknown[] {
  return values === undefined ? others : values.filter((value) => others.some((other) => isSameValue(value, other)))
}

/** What a `not` that speaks of types alone leaves, and what whole multiples are. */
function typesLeftBy({ not, multipleOf }: Constraints): Types {
  const whole = multipleOf !== undefined && Number.isInteger(multipleOf) ? ALL_TYPES & ~FRACTION : ALL_TYPES
  if (not === undefined) return whole
  if (not.schema === true) return 0
  const { type, ...rest } = not.schema === false ? { type: [] } : not.schema
  return type !== undefined && Object.keys(rest).length === 0 ? whole & ~typesOf(type) : whole
}

/** Each choice by its alternatives. Of `oneOf` is taken that one holds, not that no other does. */
function choicesOf({ any, one, conditional }: Constraints): SchemaNode[][][] {
  const choices = [any, one].flatMap((nodes) => (nodes === undefined ? [] : [nodes.map((node) => [node])]))
  if (conditional === undefined) return choices
  const { if: condition, met, unmet } = conditional
  const whenMet = met === undefined ? [condition] : [condition, met]
  return [...choices, [whenMet, unmet === undefined ? [] : [unmet]]]
}

function withPending({ types, values, nodes, pending }: Draft, more: readonly SchemaNode[]): Draft {
  return { types, values, nodes: new Set(nodes), pending: [...pending, ...more] }
}
