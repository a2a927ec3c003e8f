/** Where a schema is in the hub. */
export interface SchemaPlace {
  readonly domainId: string
  /** Its path within the domain, without percent-encoding. */
  readonly uri: string
}

const location =
  /^(?:https?:\/\/[^/?#]+)?\/metadata-repository\/api\/v1\/domains\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/schemas\/([^?#]+)/i

/** Where a schema is that has this address; undefined = it is no address of a schema. The hub may be known by several names. */
export function placeOf(address: string): SchemaPlace | undefined {
  const [, domainId, path] = location.exec(address) ?? []
  if (domainId === undefined || path === undefined) return undefined
  try {
    return { domainId: domainId.toLowerCase(), uri: path.split('/').map(decodeURIComponent).join('/') }
  } catch {
    return undefined
  }
}
