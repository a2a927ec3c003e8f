import { decodedUri, encodedUri, hasScheme, withoutOrigin } from '#lib/schema-location'

/** The addresses of one thing: a schema has the one that its author gave it, and the one that it has in its domain. */
export interface Addresses {
  /** Absolute; undefined = there is none. */
  readonly named: string | undefined
  /** Beneath the root of the domain; undefined = it lies elsewhere. */
  readonly placed: string | undefined
}

/** What relative references and identities are resolved against. */
export interface Base extends Addresses {
  /** The hub's own origin. */
  readonly origin: string
}

/** Stands for the root of the domain, so that paths resolve there as they do anywhere. */
const domainRoot = 'oih-domain://domain/'

/** The base of a schema with the uri `uri`. `named` is what its author called it, if that is absolute. */
export function baseAt(uri: string, named: string | undefined, origin: string): Base {
  return { named, placed: placedAt(encodedUri(uri)), origin }
}

/** Longer addresses are none, so that bases within bases do not add up. A uri of 500 characters fits, whatever they are. */
const longestAddress = 5_000

/** The addresses of what `text`, a reference or an identity without fragment, means within a base. */
export function resolved(base: Base, text: string): Addresses {
  if (hasScheme(text)) return { named: bounded(canonical(text, base.origin)), placed: undefined }
  const named = base.named === undefined ? undefined : URL.parse(text, base.named)?.href
  const placed = base.placed === undefined ? undefined : URL.parse(text, base.placed)?.href
  return { named: bounded(named), placed: placed?.startsWith(domainRoot) ? bounded(placed) : undefined }
}

function bounded(address: string | undefined): string | undefined {
  return address === undefined || address.length > longestAddress ? undefined : address
}

/** A placed address as a path of the domain, with its query. */
export function pathOf(placed: string): string {
  return placed.slice(domainRoot.length)
}

/** The placed address of such a path. */
export function placedAt(path: string): string {
  return `${domainRoot}${path}`
}

/** The uri of a placed address; undefined = it gives none. */
export function uriOf(placed: string): string | undefined {
  return placed.includes('?') ? undefined : decodedUri(pathOf(placed))
}

/** An absolute identity as it is compared: without fragment and the hub's own origin, in its usual spelling. Undefined = it is relative. */
export function canonical(text: string, origin: string): string | undefined {
  const [id = ''] = text.split('#', 1)
  return hasScheme(id) ? withoutOrigin(URL.parse(id)?.href ?? id, origin) : undefined
}
