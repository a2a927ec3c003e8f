import {
  decodedUri,
  hasScheme,
  isInHub,
  locationOf,
  placeOf,
  type SchemaPlace,
  withoutOrigin,
} from '#lib/schema-location'
import { type Base, resolved, uriOf } from './base.ts'
import { uriOfIdentity } from './identity.ts'
import { shown } from './json-schema.ts'
import { cut, type Resource, type SchemaIndex, type Subschema } from './schema-index.ts'

const longestReference = 2_000

/** A `$ref` that leads to somewhere in the hub, whether or not anything is there. */
export interface SchemaReference {
  /** Pointer of the object that has the `$ref`. */
  readonly path: string
  /** As it was written. */
  readonly ref: string
  /** The location of the schema it leads to; undefined = it stays within its own. */
  readonly target: string | undefined
  /** What stands behind '#', as it was written; '' = the whole. */
  readonly fragment: string
}

/** A `$ref` that leads to no schema. */
export interface BrokenReference {
  readonly path: string
  readonly ref: string
  /** The end of a sentence that begins with the reference. */
  readonly reason: string
}

/** A `$ref` and what it means: exactly one of `resource`, `location` and `reason` is there. */
export interface Link {
  readonly from: Subschema
  readonly ref: string
  /** What stands before '#', without the hub's origin. */
  readonly address: string
  /** What stands behind '#'; undefined = there is no '#'. */
  readonly fragment: string | undefined
  /** It leads into this part of its own schema. */
  readonly resource?: Resource
  /** It leads to the schema of this location. */
  readonly location?: string
  /** It leads nowhere. */
  readonly reason?: string
}

/** What references of a schema are read by. */
export interface Surroundings {
  readonly index: SchemaIndex
  readonly place: SchemaPlace
  /** Locations of schemas by their absolute identities. */
  readonly known: ReadonlyMap<string, string>
}

type Destination = Pick<Link, 'resource' | 'location' | 'reason'>

/** Every `$ref` of the schemas within a schema, in the order of the text; what they lead to within it is looked through too. */
export function linksOf(surroundings: Surroundings): Link[] {
  const { index } = surroundings
  const links: Link[] = []
  for (const from of index.subschemas) {
    const { $ref: ref } = from.node
    if (typeof ref !== 'string') continue
    const link = linkOf(ref, from, surroundings)
    if (link.resource) index.target(link.resource, link.fragment ?? '')
    index.spend(link.location)
    if (index.fault) break
    links.push(link)
  }
  return links
}

function linkOf(ref: string, from: Subschema, surroundings: Surroundings): Link {
  if (ref.length > longestReference) {
    const reason = `must not have more than ${longestReference} characters`
    return { from, ref, address: ref, fragment: undefined, reason }
  }
  const [address, fragment] = cut(withoutOrigin(ref, from.resource.base.origin), '#')
  return { from, ref, address, fragment, ...destinationOf(address, from.resource, surroundings) }
}

function destinationOf(address: string, from: Resource, surroundings: Surroundings): Destination {
  const { index, place, known } = surroundings
  if (address === '') return { resource: from }
  const own = locationOf(place)
  const to = (location: string) => (location === own ? { resource: index.whole } : { location })
  const { named, placed } = isInHub(address) ? { named: address, placed: undefined } : resolved(from.base, address)
  const resource = index.at(named) ?? index.at(placed)
  if (resource) return { resource }
  const knownLocation = named === undefined ? undefined : known.get(named)
  if (knownLocation !== undefined) return to(knownLocation)
  if (isInHub(address)) {
    const there = placeOf(address)
    return there ? to(locationOf(there)) : { reason: 'must be the location of a schema' }
  }
  const uri = placed === undefined ? uriBeside(address, surroundings) : uriOf(placed)
  if (uri !== undefined) return to(locationOf({ domainId: place.domainId, uri }))
  return { reason: placed === undefined ? foreignReason(address) : pathReason(address) }
}

/** An absolute address of the host of the schema's own means a path, as long as the schema's own does. */
function uriBeside(address: string, { index, place }: Surroundings): string | undefined {
  const { named, origin }: Base = index.whole.base
  if (named === undefined || uriOfIdentity(named, origin) !== place.uri) return undefined
  const theirs = URL.parse(address)
  if (!theirs || theirs.host === '' || theirs.host !== URL.parse(named)?.host || theirs.search !== '') return undefined
  return decodedUri(theirs.pathname.slice(1))
}

function foreignReason(address: string): string {
  return hasScheme(address) || address.startsWith('//')
    ? 'leads out of the hub, from where nothing is fetched'
    : 'cannot be resolved within what is identified from elsewhere'
}

function pathReason(address: string): string {
  const [path] = cut(address, '?')
  const meant = path.replaceAll('\\', '/').replaceAll(/\/{2,}/g, '/')
  const hint = meant === address ? '' : `: probably "${shown(meant)}" was meant`
  return `must be the path of a schema, with up to 500 characters and without empty segments, backslashes or query${hint}`
}

/** Why a fragment leads to nothing by its mere form; undefined = it may lead to something. */
export function fragmentFault({ ref, fragment = '' }: Link): string | undefined {
  if (fragment.startsWith('/') || !fragment.includes('/')) return undefined
  return `must have a slash behind "#": probably "${shown(ref.replace('#', '#/'))}" was meant`
}

/** Why a fragment leads to nothing where it was looked for. */
export function fragmentReason(fragment: string): string {
  const what = fragment === '' || fragment.startsWith('/') ? 'a schema' : 'an anchor'
  return `must lead to ${what} there: "#${shown(fragment)}" does not`
}
