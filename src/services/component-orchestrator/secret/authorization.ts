import { TerminalError } from '#lib/errors'
import type { Secret } from './secret-client.ts'

/** What a secret adds to HTTP requests. */
export interface Authorization {
  readonly headers: Readonly<Record<string, string>>
  /** What nobody else is to see, wherever a server repeats it. */
  readonly hidden: readonly string[]
}

/** Where an API key goes unless its secret says otherwise. */
const API_KEY_HEADER = 'x-api-key'

/**
 * How a secret authorises HTTP requests: SIMPLE as Basic, an access token as Bearer, API_KEY as it is in its header, `x-api-key` unless the
 * secret has a `headerName`. Throws a `TerminalError`, which tells no value, where a field is missing and for all other types: OAuth 1 signs
 * each request, and what a MIXED payload means nobody knows but the component that it was made for.
 */
export function authorizationOf({ id, type, value }: Secret): Authorization {
  const refusal = (reason: string) => new TerminalError(`Cannot send the secret "${id}" by HTTP as ${reason}`)
  const field = (name: string): string => {
    const given = value[name]
    if (typeof given === 'string' && given !== '') return given
    throw refusal(`its field "${name}" must be there`)
  }
  switch (type) {
    case 'SIMPLE': {
      const username = field('username')
      if (username.includes(':')) throw refusal('its username must have no colon')
      return basic(username, String(value.passphrase ?? ''))
    }
    case 'API_KEY': {
      const key = field('key')
      const [, bare = key] = /^[\w-]+ +(\S.*)$/.exec(key) ?? []
      return { headers: { [String(value.headerName || API_KEY_HEADER)]: key }, hidden: [key, bare] }
    }
    case 'OA2_AUTHORIZATION_CODE':
    case 'OA2_CLIENT_CREDENTIALS':
    case 'SESSION_AUTH': {
      const token = field('accessToken')
      return { headers: { authorization: `Bearer ${token}` }, hidden: [token] }
    }
    default:
      throw refusal(`requests can be authorised by a secret of another type only: it is "${type}"`)
  }
}

/** Without a passphrase, as some services want it, the username is what nobody may know. */
function basic(username: string, passphrase: string): Authorization {
  const encoded = Buffer.from(`${username}:${passphrase}`).toString('base64')
  return { headers: { authorization: `Basic ${encoded}` }, hidden: [encoded, passphrase || username] }
}
