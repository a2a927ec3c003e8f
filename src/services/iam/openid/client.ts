import { HubError } from '#lib/errors'

/**
 * What an application is. `web` runs on a server and keeps a secret; `browser` (a page's script) and `native` (installed by its users)
 * keep none; `service` acts for itself, and no user ever signs in for it.
 */
export const clientTypes = ['web', 'browser', 'native', 'service'] as const
/** One of them. */
export type ClientType = (typeof clientTypes)[number]

/** An application that may ask the OpenID provider. */
export interface Client {
  /** It is the client_id. */
  readonly id: string
  /** What users are shown. */
  readonly name: string
  readonly type: ClientType
  /** Where users may be sent back to, to the letter. */
  readonly redirectUris: readonly string[]
  /** Where users may be led to once they are signed out, to the letter. */
  readonly postLogoutRedirectUris: readonly string[]
  /** Users are not asked for consent. */
  readonly trusted: boolean
  readonly createdAt: Date
  readonly changedAt: Date
}

/** Whether such a client authenticates itself by a secret. */
export function keepsSecret(type: ClientType): boolean {
  return type === 'web' || type === 'service'
}

/** Throws `invalid-body`, with all faults, where the parts of a client do not fit together. */
export function checkClient(
  client: Pick<Client, 'type' | 'redirectUris' | 'postLogoutRedirectUris' | 'trusted'>,
): void {
  const { type, redirectUris, trusted } = client
  const faults = (['redirectUris', 'postLogoutRedirectUris'] as const).flatMap((field) => {
    const isUnused = type === 'service' && client[field].length > 0
    const unused = { field: field as string, message: 'must be empty for a service, as no user signs in for it' }
    const unfit = client[field].flatMap((uri, index) => {
      const reason = redirectUriFault(uri, type)
      return reason === undefined ? [] : [{ field: `${field}[${index}]`, message: `must ${reason}` }]
    })
    return isUnused ? [...unfit, unused] : unfit
  })
  if (type !== 'service' && redirectUris.length === 0) {
    faults.push({ field: 'redirectUris', message: 'must name at least one address to which users are sent back' })
  }
  if (trusted && (type === 'service' || type === 'native')) {
    faults.push({ field: 'trusted', message: 'must be false for a service and for a native application' })
  }
  const [first] = faults
  if (first === undefined) return
  const named = faults.map(({ field, message }) => ({ field, message: `Field "${field}" ${message}` }))
  throw new HubError('invalid-body', `Field "${first.field}" ${first.message}`, { faults: named })
}

const loopbacks = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** What a redirect URI must be and is not; undefined when all is well. Codes are sent there: whoever reads them signs in as the user. */
export function redirectUriFault(uri: string, type: ClientType): string | undefined {
  const url = URL.parse(uri)
  if (url === null) return 'be an absolute URI'
  if (!/^[\x21-\x7e]+$/.test(uri) || /[#*\\]/.test(uri)) return 'be exact: plain characters, no fragment, no wildcard'
  if (url.username !== '' || url.password !== '') return 'not hold a name or password'
  const isLoopback = loopbacks.has(url.hostname)
  if (url.protocol === 'https:') return isLoopback && type === 'native' ? 'be http on this machine itself' : undefined
  if (url.protocol === 'http:') return isLoopback ? undefined : 'be https, but for this machine itself'
  // RFC 8252, 7.1: the reverse of a domain that the maker of the application has.
  const isOwnScheme = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(url.protocol)
  if (type === 'native' && isOwnScheme) return undefined
  return type === 'native' ? 'be https, or of a scheme like "com.example.app"' : 'be https'
}
