import { placeOf, withOrigin } from '#lib/schema-location'
import { baseAt } from './base.ts'
import { type Dialect, dialectNamed, grammarOf } from './dialect.ts'
import { isJsonObject, type JsonObject, type JsonSchema } from './json-schema.ts'
import { SchemaIndex } from './schema-index.ts'
import { linksOf } from './schema-reference.ts'

/** The schemas within a schema that is stored; undefined = it is a boolean, or was not prepared. */
export function indexOfStored(value: JsonSchema): { index: SchemaIndex; dialect: Dialect } | undefined {
  if (!isJsonObject(value)) return undefined
  const dialect = dialectNamed(value.$schema)
  const id = dialect && value[grammarOf(dialect).idKeyword]
  const place = typeof id === 'string' ? placeOf(id) : undefined
  if (dialect === undefined || typeof id !== 'string' || place === undefined) return undefined
  const index = new SchemaIndex(value, dialect, place, baseAt(place.uri, id, ''))
  linksOf({ index, place, known: new Map() })
  return { index, dialect }
}

/** A stored schema as callers see it: the hub's origin (no slash at its end) stands before identities and references into the hub. */
export function toPublic(value: JsonSchema, origin: string): JsonSchema {
  const copy: JsonSchema = JSON.parse(JSON.stringify(value))
  const stored = indexOfStored(copy)
  if (!stored) return copy
  const { subschemas, whole, resources } = stored.index
  for (const { node } of subschemas) addOrigin(node, '$ref', origin)
  for (const { root } of [whole, ...resources]) addOrigin(root, grammarOf(stored.dialect).idKeyword, origin)
  return copy
}

function addOrigin(node: JsonObject, keyword: string, origin: string): void {
  const text = node[keyword]
  if (typeof text === 'string') (node as Record<string, unknown>)[keyword] = withOrigin(text, origin)
}
