import type { Bundle } from '../language/bundle.ts'
import { grammarOf } from '../language/dialect.ts'
import { pointerTo } from '../language/json-pointer.ts'
import { isJsonObject, isSchema, type JsonSchema } from '../language/json-schema.ts'
import { isData, modern, RECURSIVE } from './modern.ts'

/** A schema at its place in a document; there is one object for each place, so that places are compared by identity. */
export interface SchemaNode {
  /** Unique in this process. */
  readonly id: number
  readonly set: SchemaSet
  readonly schema: JsonSchema
  /** The document that holds it. */
  readonly location: string
  /** JSON pointer within the document. */
  readonly path: string
  /** Against which its references are resolved. */
  readonly base: string
}

/** Documents in the words of draft 2020-12, and the places in them. */
export interface SchemaSet {
  readonly documents: ReadonlyMap<string, JsonSchema>
  /** The schema of a location; undefined = it is not among them. */
  rootOf(location: string): SchemaNode | undefined
  /** The schema below a node, by the segments of a pointer. */
  child(node: SchemaNode, ...segments: readonly string[]): SchemaNode | undefined
  /** Where a reference leads to; undefined = nowhere. */
  resolve(node: SchemaNode, reference: string): SchemaNode | undefined
}

/** Locations have no origin, and a URI needs one. */
export const ORIGIN = 'https://hub.invalid'

let lastId = 0

/** Creates the set of what a bundle holds. */
export function createSchemaSet(bundle: Bundle): SchemaSet {
  const read = new Map(
    Object.entries(bundle.schemas).map(([location, { value, dialect }]) => [
      location,
      withName(modern(value, dialect), location),
    ]),
  )
  const nodes = new Map<string, SchemaNode>()
  const index = createIndex(read)
  const documents = withStaticReferences(read, index.dynamicAnchors)

  function nodeOf(location: string, path: string, schema: JsonSchema, base: string): SchemaNode {
    const key = `${location}#${path}`
    const known = nodes.get(key)
    if (known) return known
    const id = typeof schema === 'object' && typeof schema.$id === 'string' ? schema.$id : undefined
    lastId += 1
    const node: SchemaNode = {
      id: lastId,
      set,
      schema,
      location,
      path,
      base: id === undefined ? base : resolveUri(id, base),
    }
    nodes.set(key, node)
    return node
  }

  function rootOf(location: string): SchemaNode | undefined {
    const schema = documents.get(location)
    return schema === undefined ? undefined : nodeOf(location, '', schema, ORIGIN + location)
  }

  function child(node: SchemaNode, ...segments: readonly string[]): SchemaNode | undefined {
    let value: unknown = node.schema
    let { path, base } = node
    for (const segment of segments) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined
      value = (value as Record<string, unknown>)[segment]
      path = pointerTo(path, segment)
      if (isSchema(value)) base = nodeOf(node.location, path, value, base).base
    }
    return isSchema(value) ? nodeOf(node.location, path, value, base) : undefined
  }

  function resolve(node: SchemaNode, reference: string): SchemaNode | undefined {
    const [uri = '', fragment = ''] = resolveUri(reference, node.base).split('#')
    const place = index.get(uri)
    const resource = place && rootOf(place.location)
    const start = resource && child(resource, ...place.segments)
    if (start === undefined || fragment === '') return start
    if (fragment.startsWith('/')) return child(start, ...segmentsOf(fragment))
    const anchored = index.get(`${uri}#${fragment}`)
    const document = anchored && rootOf(anchored.location)
    return document && child(document, ...anchored.segments)
  }

  const set: SchemaSet = { documents, rootOf, child, resolve }
  return set
}

/** The root schema of a bundle, in a set of its own. */
export function rootOfBundle(bundle: Bundle): SchemaNode {
  const root = createSchemaSet(bundle).rootOf(bundle.root)
  if (root === undefined) throw new Error(`Cannot look at schema "${bundle.root}" as it must be in its bundle`)
  return root
}

/** A document is known by its location, whatever it calls itself. */
function withName(schema: JsonSchema, location: string): JsonSchema {
  if (typeof schema === 'boolean') return schema
  const isRecursive = schema.$dynamicAnchor === RECURSIVE || schema.$anchor !== undefined
  const { $schema, ...rest } = schema
  return { ...rest, $id: ORIGIN + location, ...(!isRecursive && { $anchor: RECURSIVE }) }
}

/** A dynamic reference that can lead to one place only is an ordinary one, and Ajv follows only these as it should. */
function withStaticReferences(
  documents: ReadonlyMap<string, JsonSchema>,
  anchors: ReadonlyMap<string, number>,
): ReadonlyMap<string, JsonSchema> {
  function convert(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(convert)
    if (!isJsonObject(value)) return value
    const { $dynamicRef, ...rest } = value
    const inner = Object.fromEntries(
      Object.entries(rest).map(([key, each]) => [key, isData(key) ? each : convert(each)]),
    )
    if (typeof $dynamicRef !== 'string') return $dynamicRef === undefined ? inner : { ...inner, $dynamicRef }
    if ((anchors.get($dynamicRef.split('#')[1] ?? '') ?? 0) > 1) return { ...inner, $dynamicRef }
    if (inner.$ref === undefined) return { ...inner, $ref: $dynamicRef }
    return { ...inner, allOf: [...(Array.isArray(inner.allOf) ? inner.allOf : []), { $ref: $dynamicRef }] }
  }
  const isDynamic = JSON.stringify([...documents.values()]).includes('"$dynamicRef"')
  return isDynamic
    ? new Map([...documents].map(([location, schema]) => [location, convert(schema) as JsonSchema]))
    : documents
}

interface Place {
  readonly location: string
  readonly segments: readonly string[]
}

const { holdings } = grammarOf('2020-12')

/** Every URI and every anchor of the documents. */
function createIndex(
  documents: ReadonlyMap<string, JsonSchema>,
): Map<string, Place> & { dynamicAnchors: Map<string, number> } {
  const index = Object.assign(new Map<string, Place>(), { dynamicAnchors: new Map<string, number>() })

  function walk(value: unknown, place: Place, outer: string): void {
    if (typeof value !== 'object' || value === null) return
    const { $id, $anchor, $dynamicAnchor } = value as Record<string, unknown>
    const base = typeof $id === 'string' ? resolveUri($id, outer) : outer
    if (typeof $id === 'string') index.set(base, place)
    for (const anchor of [$anchor, $dynamicAnchor])
      if (typeof anchor === 'string') index.set(`${base}#${anchor}`, place)
    if (typeof $dynamicAnchor === 'string')
      index.dynamicAnchors.set($dynamicAnchor, (index.dynamicAnchors.get($dynamicAnchor) ?? 0) + 1)
    for (const [keyword, inner] of Object.entries(value)) {
      const below = (segments: readonly string[]) => ({
        location: place.location,
        segments: [...place.segments, ...segments],
      })
      if (isData(keyword)) continue
      if (holdings.get(keyword) !== 'map' || !isJsonObject(inner)) walk(inner, below([keyword]), base)
      else for (const [name, schema] of Object.entries(inner)) walk(schema, below([keyword, name]), base)
    }
  }

  for (const [location, schema] of documents) {
    index.set(ORIGIN + location, { location, segments: [] })
    walk(schema, { location, segments: [] }, ORIGIN + location)
  }
  return index
}

function segmentsOf(pointer: string): string[] {
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => decode(segment).replaceAll('~1', '/').replaceAll('~0', '~'))
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function resolveUri(reference: string, base: string): string {
  const uri = URL.canParse(reference, base) ? new URL(reference, base).href : reference
  return uri.replace(/#$/, '')
}
