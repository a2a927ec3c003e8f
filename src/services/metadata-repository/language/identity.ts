import { decodedUri, hasScheme, isInHub, placeOf, withoutOrigin } from '#lib/schema-location'
import { canonical } from './base.ts'
import { type Dialect, grammarOf } from './dialect.ts'
import type { JsonObject } from './json-schema.ts'

/**
 * What a schema as a whole calls itself: its `$id`, in draft-04 its `id`. Many schemas have the keyword of the other drafts instead, and
 * mean the same. Undefined = it has none.
 */
export function identityOfWhole(value: JsonObject, dialect: Dialect): string | undefined {
  const { idKeyword } = grammarOf(dialect)
  const id = value[idKeyword] ?? value[otherIdKeyword(dialect)]
  return typeof id === 'string' && id !== '' ? id : undefined
}

/** The keyword that holds the identity in the other drafts. */
export function otherIdKeyword(dialect: Dialect): '$id' | 'id' {
  return grammarOf(dialect).idKeyword === 'id' ? '$id' : 'id'
}

/**
 * The uri that an identity gives a schema: that of the schema whose location it is, else its path, `a/b.json` for
 * `https://example.com/a/b.json#`. Undefined = it gives none.
 */
export function uriOfIdentity(id: string, origin: string): string | undefined {
  const place = placeOf(withoutOrigin(id, origin).replace(/#$/, ''))
  if (place) return place.uri
  const text = id.replaceAll('\\', '/').replace(/^[a-z]:(?=\/)/i, '')
  const path = hasScheme(text) ? URL.parse(text)?.pathname : text.replace(/^[#?]+/, '').split(/[#?]/, 1)[0]
  return path === undefined ? undefined : decodedUri(path.replace(/^(?:\.?\/)+/, ''))
}

/**
 * The identity by which others may refer to a schema: without fragment and the hub's origin, in its usual spelling. It is what `known` of
 * `prepareSchema` has as keys. Undefined = there is none that means the same everywhere.
 */
export function absoluteIdentity(value: JsonObject, dialect: Dialect, origin: string): string | undefined {
  const id = identityOfWhole(value, dialect)
  if (id === undefined) return undefined
  return canonical(id, origin) ?? (isInHub(id) ? id.replace(/#.*$/, '') : undefined)
}
