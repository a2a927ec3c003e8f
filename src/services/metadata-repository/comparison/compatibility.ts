import type { Bundle } from '../language/bundle.ts'
import { pointerTo } from '../language/json-pointer.ts'
import { rootOfBundle, type SchemaNode } from '../validation/schema-set.ts'
import { createValidator } from '../validation/validator.ts'
import { createComparison } from './containment.ts'
import type { Refusal } from './refusal.ts'
import { samplesOf } from './samples.ts'

/** Which way two schemas are compared. `BACKWARD`: every document that the former takes the later takes too; `FORWARD`: the other way round. */
export type Direction = 'BACKWARD' | 'FORWARD'

/** What one schema takes and the other refuses. */
export interface Difference {
  /** JSON pointer into the schema that refuses; where that is in another document, with its location in front. */
  readonly path: string
  /** One of `rules`, or of those by which changes are refused otherwise. */
  readonly rule: string
  /** One sentence. */
  readonly message: string
  /** A document that the one takes and the other refuses, proved by Ajv; absent = it could not be decided. */
  readonly example?: unknown
}

/** Whether a schema may take the place of another. */
export interface CompatibilityReport {
  readonly compatible: boolean
  /** Empty where compatible; at most 20. */
  readonly differences: readonly Difference[]
}

/** Reasons that are told. */
const MOST_DIFFERENCES = 20
/** Documents that are tried for one of them. */
const MOST_TRIED = 200

/**
 * Compares two versions of a schema. That they are compatible is only said where it is proved; each reason to the contrary comes with a document that
 * Ajv takes by the one and refuses by the other, or without where none was found: then it could not be decided.
 */
export function compareSchemas(pair: {
  readonly before: Bundle
  readonly after: Bundle
  readonly direction: Direction
}): CompatibilityReport {
  const [before, after] = [rootOfBundle(pair.before), rootOfBundle(pair.after)]
  const isBackward = pair.direction === 'BACKWARD'
  const [sub, sup] = isBackward ? [before, after] : [after, before]
  const validators = new Map([sub, sup].map(({ set }) => [set, createValidator(set, { isForFew: true })]))
  const accepts = (node: SchemaNode, value: unknown) => validators.get(node.set)?.accepts(node, value)
  const refusals = createComparison(accepts).refusalsOf([sub], sup)
  const isBreaking = (document: unknown) => accepts(sub, document) === true && accepts(sup, document) === false
  const names = isBackward
    ? { refusing: 'The new version', taking: 'the former one' }
    : { refusing: 'The former version', taking: 'the new one' }
  const told = distinct(refusals).slice(0, MOST_DIFFERENCES)
  const differences = told.map((refusal) => toDifference(refusal, sup, names, isBreaking))
  const isProved = differences.some(({ example }) => example !== undefined)
  return {
    compatible: differences.length === 0,
    differences: isProved ? differences : withAnyExample(differences, sub, isBreaking),
  }
}

/** A document that breaks is worth more than knowing which reason it is for. */
function withAnyExample(
  differences: readonly Difference[],
  sub: SchemaNode,
  isBreaking: (document: unknown) => boolean,
): readonly Difference[] {
  const [first, ...rest] = differences
  const example = first && samplesOf([sub]).find(isBreaking)
  return first === undefined || example === undefined ? differences : [{ ...first, example }, ...rest]
}

function distinct(refusals: readonly Refusal[]): Refusal[] {
  const byPlace = Map.groupBy(
    refusals,
    ({ node, at, rule, message }) => `${node.id} ${at.join('/')} ${rule} ${message}`,
  )
  return [...byPlace.values()].map(([first, ...rest]) => ({
    ...(first as Refusal),
    witnesses: () => [first as Refusal, ...rest].flatMap((refusal) => refusal.witnesses()),
  }))
}

function toDifference(
  { node, at, rule, message, witnesses }: Refusal,
  root: SchemaNode,
  names: { readonly refusing: string; readonly taking: string },
  isBreaking: (document: unknown) => boolean,
): Difference {
  const path = at.reduce<string>(pointerTo, node.path)
  const place = node.location === root.location ? path : `${node.location}#${path}`
  const text = message.replaceAll('%refusing', names.refusing).replaceAll('%taking', names.taking)
  const sentence = text.charAt(0).toUpperCase() + text.slice(1)
  const example = witnesses().slice(0, MOST_TRIED).find(isBreaking)
  return { path: place, rule, message: sentence, ...(example !== undefined && { example }) }
}
