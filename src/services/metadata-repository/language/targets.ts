import { placeOf } from '#lib/schema-location'
import type { JsonSchema } from './json-schema.ts'
import type { PreparedSchema } from './prepared-schema.ts'
import { indexOfStored } from './public-schema.ts'
import type { SchemaIndex } from './schema-index.ts'
import { type BrokenReference, fragmentReason, type SchemaReference } from './schema-reference.ts'

/** The locations that a schema refers to, its own left out; each once. */
export function targetsOf({ references }: Pick<PreparedSchema, 'references'>): string[] {
  return [...new Set(references.flatMap(({ target }) => target ?? []))]
}

/** The locations that schemas refer to and that are of none of them: what `checkTargets` will ask for. Each once. */
export function outerTargetsOf(schemas: readonly PreparedSchema[]): string[] {
  const own = new Set(schemas.map(({ location }) => location))
  return [...new Set(schemas.flatMap(targetsOf))].filter((location) => !own.has(location))
}

/**
 * The schemas with those of their references added to `broken` that lead to no schema, or to nothing in it. They are
 * looked for among themselves first, then by `find`, which gives the stored value at a location, undefined = none is there.
 */
export function checkTargets(
  schemas: readonly PreparedSchema[],
  find: (location: string) => JsonSchema | undefined,
): PreparedSchema[] {
  const own = new Map(schemas.map(({ location, value }) => [location, value]))
  const seen = new Map<string, Target | undefined>()
  const targetAt = (location: string) => {
    if (!seen.has(location)) seen.set(location, targetOf(own.get(location) ?? find(location)))
    return seen.get(location)
  }
  return schemas.map((schema) => ({ ...schema, broken: [...schema.broken, ...brokenOf(schema, targetAt)] }))
}

interface Target {
  /** Undefined = it is a boolean. */
  readonly index: SchemaIndex | undefined
}

function targetOf(value: JsonSchema | undefined): Target | undefined {
  return value === undefined ? undefined : { index: indexOfStored(value)?.index }
}

function brokenOf(
  { references, broken }: PreparedSchema,
  targetAt: (location: string) => Target | undefined,
): BrokenReference[] {
  const told = new Set(broken.map(({ path }) => path))
  return references.flatMap((reference) => {
    if (told.has(reference.path)) return []
    const reason = brokenReason(reference, targetAt)
    return reason === undefined ? [] : [{ path: reference.path, ref: reference.ref, reason }]
  })
}

function brokenReason(
  { target, fragment }: SchemaReference,
  targetAt: (location: string) => Target | undefined,
): string | undefined {
  if (target === undefined) return undefined
  const found = targetAt(target)
  if (!found) return `must lead to a schema that is there: "${placeOf(target)?.uri ?? target}" is not`
  if (found.index === undefined) return fragment === '' ? undefined : fragmentReason(fragment)
  return found.index.find(found.index.whole, fragment) === undefined ? fragmentReason(fragment) : undefined
}
