import type { SchemaNode } from '../validation/schema-set.ts'

/** The rules by which schemas are compared: what one demands that the other does not. */
export const rules = [
  'type-narrowed',
  'values-narrowed',
  'minimum-raised',
  'maximum-lowered',
  'multiple-demanded',
  'length-narrowed',
  'pattern-demanded',
  'format-demanded',
  'item-count-narrowed',
  'unique-items-demanded',
  'contained-items-demanded',
  'property-required',
  'property-forbidden',
  'property-constrained',
  'property-count-narrowed',
  'property-names-narrowed',
  'dependent-property-required',
  'alternatives-narrowed',
  'exclusion-added',
  'everything-refused',
  'not-understood',
  'too-complex',
] as const

/** The name of a rule. */
export type Rule = (typeof rules)[number]

/** One demand of a schema that not everything keeps which another schema takes, or of which that cannot be told. */
export interface Refusal {
  /** The schema that demands. */
  readonly node: SchemaNode
  /** Its keyword, and what it says it of, as segments of a pointer. */
  readonly at: readonly string[]
  readonly rule: Rule
  /** One sentence in which `%refusing` and `%taking` stand for the two schemas. */
  readonly message: string
  /** Values for the place that is looked at, of which some may be taken by the other schema and refused by this one. */
  witnesses(): readonly unknown[]
}

/** The same refusals seen from a value that holds the one they are about. */
export function within(refusals: readonly Refusal[], wrap: (inner: unknown) => readonly unknown[]): Refusal[] {
  return refusals.map((refusal) => ({ ...refusal, witnesses: () => refusal.witnesses().flatMap(wrap) }))
}
