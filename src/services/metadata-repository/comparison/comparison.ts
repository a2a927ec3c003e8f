import type { SchemaNode } from '../validation/schema-set.ts'
import type { Accepts } from '../validation/validator.ts'
import type { Branch, Conjunction } from './branch.ts'
import type { Emptiness } from './emptiness.ts'
import type { Refusal } from './refusal.ts'

/** What the parts of a comparison need of each other. */
export interface Comparison {
  /** Why not everything that the conjunction takes is taken by the schema; none = it is proved that it is. */
  refusalsOf(sub: Conjunction, sup: SchemaNode): Refusal[]
  /** Whether a schema of the branch says the same by these keywords. */
  isSaid(branch: Branch, sup: SchemaNode, keywords: readonly string[]): boolean
  readonly emptiness: Emptiness
  readonly accepts: Accepts
}
