const domainsPath = '/metadata-repository/api/v1/domains/'
const longestUri = 500

/** Where a schema is in the hub. */
export interface SchemaPlace {
  readonly domainId: string
  /** Its path within the domain: segments without percent-encoding, between slashes. */
  readonly uri: string
}

/**
 * Why a text cannot be the uri of a schema, as the end of a sentence that begins with "must"; undefined = it can. A uri has
 * 1 to 500 characters, and segments that are neither empty nor `.` or `..`.
 */
export function uriFault(uri: string): string | undefined {
  if (uri.length === 0 || uri.length > longestUri) return `have 1 to ${longestUri} characters`
  if (!uri.isWellFormed() || /[\p{Cc}\\]/u.test(uri))
    return 'have no control characters, backslashes or lone surrogates'
  const segments = uri.split('/')
  if (segments.includes('')) return 'have no empty segment'
  if (segments.includes('.') || segments.includes('..')) return 'have no segment "." or ".."'
  return undefined
}

/** The location of a schema: the path of its address, without origin. `uri` must be one. */
export function locationOf({ domainId, uri }: SchemaPlace): string {
  return `${domainsPath}${domainId}/schemas/${encodedUri(uri)}`
}

/** The path of the address of a domain. */
export function domainPathOf(domainId: string): string {
  return domainsPath + domainId
}

/** A uri with each of its segments percent-encoded. */
export function encodedUri(uri: string): string {
  return uri.split('/').map(encodeURIComponent).join('/')
}

/** The uri of a path whose segments are percent-encoded; undefined = it gives none. */
export function decodedUri(path: string): string | undefined {
  const segments = path.split('/').map(decodedSegment)
  if (segments.some((segment) => segment === undefined || segment.includes('/'))) return undefined
  const uri = segments.join('/')
  return uriFault(uri) === undefined ? uri : undefined
}

function decodedSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

/** Whose location a text is; undefined = of no schema. */
export function placeOf(location: string): SchemaPlace | undefined {
  const [, domainId, path] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/schemas\/([^?#]+)$/i.exec(
    isInHub(location) ? location.slice(domainsPath.length) : '',
  ) ?? ['']
  const uri = path === undefined ? undefined : decodedUri(path)
  return domainId === undefined || uri === undefined ? undefined : { domainId: domainId.toLowerCase(), uri }
}

/** Whether a text is a path of the hub beneath which schemas lie. */
export function isInHub(text: string): boolean {
  return text.startsWith(domainsPath)
}

/** A text that leads into the hub's domains, without the hub's origin; any other as it is. */
export function withoutOrigin(text: string, origin: string): string {
  if (!hasScheme(text)) return text
  const start = `${origin}${domainsPath}`
  const inHub = [text, URL.parse(text)?.href].find((spelling) => spelling?.startsWith(start))
  return inHub === undefined ? text : inHub.slice(origin.length)
}

/** A text that leads into the hub's domains, with the hub's origin; any other as it is. */
export function withOrigin(text: string, origin: string): string {
  return isInHub(text) ? `${origin}${text}` : text
}

/** Whether a text begins as an absolute URI does. */
export function hasScheme(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(text)
}
