import { baseAt, pathOf } from './base.ts'
import { type Dialect, dialectFault, dialectNamed, grammarOf } from './dialect.ts'
import { absoluteIdentity, identityOfWhole, otherIdKeyword, uriOfIdentity } from './identity.ts'
import { type Fault, isJsonObject, isSchema, type JsonObject, type JsonSchema, shown } from './json-schema.ts'
import { isInHub, locationOf, type SchemaPlace, uriFault } from './location.ts'
import { cut, identityOf, type Resource, SchemaIndex } from './schema-index.ts'
import {
  type BrokenReference,
  fragmentFault,
  fragmentReason,
  type Link,
  linksOf,
  type SchemaReference,
} from './schema-reference.ts'
import { valueFaults } from './value-bounds.ts'

/** In UTF-16 units, of all identities and references as they are stored: each may be far longer than it was written. */
const longestReferences = 4_194_304
const grownMessage = `Cannot take the schema as its references, written as locations, must not have more than ${longestReferences} characters`

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
  const index = new SchemaIndex(copy, dialect, base)
  const links = linksOf({ index, place, known })
  if (index.fault) return refused(options, [index.fault])
  const location = locationOf(place)
  const references = links.filter(({ reason }) => reason === undefined).map(referenceOf)
  const broken = links.flatMap((link) => brokenWithin(link, index))
  const changes = [
    ...links.map((link) => [link.from.node, '$ref', storedReference(link, location)] as const),
    ...index.resources.map(
      (part) => [part.root, grammarOf(dialect).idKeyword, storedIdentity(part, dialect, location)] as const,
    ),
  ]
  const grown = changes.reduce((total, [, , text]) => total + text.length, 0)
  if (grown > longestReferences) return refused(options, [{ path: '', message: grownMessage }])
  for (const [node, keyword, text] of changes) overwrite(node, keyword, text)
  const { title } = copy
  return {
    ...unreferring(place, dialect),
    value: withIdentity(copy, dialect, location),
    title: typeof title === 'string' ? title : undefined,
    references,
    broken,
  }
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

function storedReference({ address, fragment, resource, location, reason }: Link, own: string): string {
  const stored =
    location ?? (resource && address !== '' && reason === undefined ? storedAddress(resource, own) : address)
  return fragment === undefined ? stored : `${stored}#${fragment}`
}

function storedIdentity(part: Resource, dialect: Dialect, own: string): string {
  const [, fragment] = identityOf(part.root, dialect)
  return fragment === undefined || fragment === ''
    ? storedAddress(part, own)
    : `${storedAddress(part, own)}#${fragment}`
}

/** What a part is called in the store: as it was where that is absolute, else by its path, beneath what it is a part of. */
function storedAddress({ id, addresses }: Resource, own: string): string {
  if (id === undefined) return own
  if (isInHub(id)) return id.startsWith(`${own}?`) ? id : `${own}?${cut(id, '?')[1] ?? id.slice(1)}`
  const { named, placed } = addresses
  return placed === undefined ? (named ?? id) : `${own}?${pathOf(placed)}`
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
