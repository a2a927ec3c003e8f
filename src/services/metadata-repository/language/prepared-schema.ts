import { locationOf, type SchemaPlace, uriFault } from '#lib/schema-location'
import { baseAt } from './base.ts'
import { type Dialect, dialectFault, dialectNamed, grammarOf } from './dialect.ts'
import { absoluteIdentity, identityOfWhole, otherIdKeyword, uriOfIdentity } from './identity.ts'
import { type Fault, isJsonObject, isSchema, type JsonObject, type JsonSchema, shown } from './json-schema.ts'
import { identityOf, type Resource, SchemaIndex } from './schema-index.ts'
import {
  type BrokenReference,
  fragmentFault,
  fragmentReason,
  type Link,
  linksOf,
  type SchemaReference,
} from './schema-reference.ts'
import { valueFaults } from './value-bounds.ts'

/** What a schema is prepared for. */
export interface PrepareOptions {
  /** The domain that it goes into. */
  readonly domainId: string
  /** The hub's own, without a slash at its end. */
  readonly origin: string
  /** Where in the domain; undefined = where its `$id` says. */
  readonly uri?: string
  /** Locations of schemas by what they called themselves (`absoluteIdentity`); none by default. */
  readonly known?: ReadonlyMap<string, string>
}

/** A schema as it is stored. Where there are faults it is not to be, and all else is as far as it could be told. */
export interface PreparedSchema {
  /** '' = none could be told, which is a fault. */
  readonly uri: string
  readonly location: string
  readonly dialect: Dialect
  /** Identities and references into the hub are locations without origin. */
  readonly value: JsonSchema
  readonly title: string | undefined
  /** Every `$ref` that leads to somewhere in the hub, be there something or not. */
  readonly references: readonly SchemaReference[]
  /** What `checkTargets` finds missing comes to these. */
  readonly broken: readonly BrokenReference[]
  readonly faults: readonly Fault[]
}

/**
 * Reads a schema as JSON and makes of it what is stored: in its dialect, with its own location as `$id` (in draft-04 `id`; the keyword of
 * the other drafts gives way), and with every `$ref` into the hub as a location. An absolute `$ref` leads to what has it as identity, or
 * beside a schema that was placed by its own; a relative one to what has the resulting identity, else to what has the path beside it.
 * What leads nowhere stays as it was written and is told in `broken`. Nothing is fetched. A part with an identity of
 * its own gets one that cannot be another schema's: `<location>?<path>`. Prepared again, a prepared schema is the same. Never throws.
 */
export function prepareSchema(value: unknown, options: PrepareOptions): PreparedSchema {
  if (!isSchema(value))
    return refused(options, [{ path: '', message: 'Cannot take the schema as it must be an object or a boolean' }])
  const unbearable = valueFaults(value)
  if (unbearable.length > 0) return refused(options, unbearable)
  const copy: JsonSchema = JSON.parse(JSON.stringify(value))
  const $schema = isJsonObject(copy) ? copy.$schema : undefined
  const dialect = dialectNamed($schema)
  if (dialect === undefined) return refused(options, [{ path: '/$schema', message: dialectFault($schema) }])
  const id = isJsonObject(copy) ? identityOfWhole(copy, dialect) : undefined
  const uri = options.uri ?? (id === undefined ? undefined : uriOfIdentity(id, options.origin))
  const fault = identityFault(copy, dialect) ?? placeFault(uri, id, dialect)
  if (uri === undefined || fault) return refused({ ...options, dialect }, fault ? [fault] : [])
  const place = { domainId: options.domainId, uri }
  if (!isJsonObject(copy)) return { ...unreferring(place, dialect), value: copy }
  return preparedObject(copy, { ...options, place, dialect })
}

interface ObjectOptions extends PrepareOptions {
  readonly place: SchemaPlace
  readonly dialect: Dialect
}

function preparedObject(copy: JsonObject, options: ObjectOptions): PreparedSchema {
  const { place, dialect, origin, known = new Map() } = options
  const base = baseAt(place.uri, absoluteIdentity(copy, dialect, origin), origin)
  const index = new SchemaIndex(copy, dialect, place, base)
  const links = linksOf({ index, place, known })
  if (index.fault) return refused(options, [index.fault])
  const location = locationOf(place)
  const references = links.filter(({ reason }) => reason === undefined).map(referenceOf)
  const broken = links.flatMap((link) => brokenWithin(link, index))
  for (const [node, keyword, text] of changesOf(links, index, dialect)) {
    index.spend(text)
    if (index.fault) return refused(options, [index.fault])
    overwrite(node, keyword, text)
  }
  const { title } = copy
  return {
    ...unreferring(place, dialect),
    value: withIdentity(copy, dialect, location),
    title: typeof title === 'string' ? title : undefined,
    references,
    broken,
  }
}

/** What is written anew: where, and what. */
function* changesOf(links: readonly Link[], index: SchemaIndex, dialect: Dialect) {
  for (const link of links) yield [link.from.node, '$ref', storedReference(link)] as const
  const { idKeyword } = grammarOf(dialect)
  for (const part of index.resources) yield [part.root, idKeyword, storedIdentity(part, dialect)] as const
}

function unreferring(place: SchemaPlace, dialect: Dialect): Omit<PreparedSchema, 'value'> {
  return {
    uri: place.uri,
    location: locationOf(place),
    dialect,
    title: undefined,
    references: [],
    broken: [],
    faults: [],
  }
}

function refused(options: PrepareOptions & { dialect?: Dialect }, faults: readonly Fault[]): PreparedSchema {
  const uri = options.uri !== undefined && uriFault(options.uri) === undefined ? options.uri : ''
  const place = { domainId: options.domainId, uri }
  return { ...unreferring(place, options.dialect ?? 'draft-07'), value: true, faults }
}

function identityFault(value: JsonSchema, dialect: Dialect): Fault | undefined {
  const { idKeyword } = grammarOf(dialect)
  if (!isJsonObject(value) || value[idKeyword] === undefined || typeof value[idKeyword] === 'string') return undefined
  return { path: `/${idKeyword}`, message: `Cannot take the schema as "${idKeyword}" must be a string` }
}

function placeFault(uri: string | undefined, id: string | undefined, dialect: Dialect): Fault | undefined {
  const { idKeyword } = grammarOf(dialect)
  if (uri === undefined && id === undefined)
    return { path: '', message: `Cannot place the schema as "${idKeyword}" must say where: there is none` }
  const fault = uri === undefined ? 'have a path of non-empty segments in up to 500 characters' : uriFault(uri)
  if (fault === undefined) return undefined
  const [what, path] = uri === undefined ? [`"${idKeyword}"`, `/${idKeyword}`] : ['its uri', '']
  return { path, message: `Cannot place the schema as ${what} must ${fault}: it is "${shown(uri ?? id ?? '')}"` }
}

function referenceOf({ from, ref, location, fragment = '' }: Link): SchemaReference {
  return { path: from.path, ref, target: location, fragment }
}

function brokenWithin(link: Link, index: SchemaIndex): BrokenReference[] {
  const { from, ref, resource, fragment = '' } = link
  const leadsNowhere = resource !== undefined && index.find(resource, fragment) === undefined
  const reason = link.reason ?? fragmentFault(link) ?? (leadsNowhere ? fragmentReason(fragment) : undefined)
  return reason === undefined ? [] : [{ path: from.path, ref: shown(ref), reason }]
}

function storedReference({ address, fragment, resource, location }: Link): string {
  const stored = location ?? (resource && address !== '' ? resource.stored : address)
  return fragment === undefined ? stored : `${stored}#${fragment}`
}

function storedIdentity({ root, stored }: Resource, dialect: Dialect): string {
  const [, fragment] = identityOf(root, dialect)
  return fragment === undefined || fragment === '' ? stored : `${stored}#${fragment}`
}

/** The whole with its identity where it stood, else first. */
function withIdentity(copy: JsonObject, dialect: Dialect, location: string): JsonObject {
  const { idKeyword } = grammarOf(dialect)
  const entries = Object.entries(copy).filter(
    ([key, value]) => key !== otherIdKeyword(dialect) || typeof value !== 'string',
  )
  const rest = Object.fromEntries(entries)
  if (!Object.hasOwn(rest, idKeyword)) return { [idKeyword]: location, ...rest }
  return { ...rest, [idKeyword]: location }
}

function overwrite(node: JsonObject, keyword: string, text: string): void {
  ;(node as Record<string, unknown>)[keyword] = text
}
