import type { IncomingHttpHeaders } from 'node:http'
import { HubError } from '../errors.ts'
import { demand, type Principal, type TokenLookup } from '../principal.ts'
import type { Access } from './route.ts'

/** Longer ones are no tokens of ours, and are not worth a hash. */
const longestToken = 1024

/**
 * Lets a request pass or throws: the one place where access is decided. Gives the principal, which is `undefined` for public
 * routes only. It reads headers alone, so that the body of a refused request is never read.
 */
export async function authenticate(
  access: Access,
  headers: IncomingHttpHeaders,
  principals: TokenLookup,
): Promise<Principal | undefined> {
  if (access === 'public') return undefined
  const principal = await principals(tokenOf(headers))
  if (!principal) throw new HubError('unauthenticated', 'The token is unknown, expired or revoked')
  if (access !== 'signed-in') demand(principal, access)
  return principal
}

/** Clients of the existing hub compare these messages; `x-auth-type` is theirs too, and both its values mean the same here. */
function tokenOf(headers: IncomingHttpHeaders): string {
  const { authorization, 'x-auth-type': type } = headers
  if (type !== undefined && type !== 'basic' && type !== 'oidc') {
    const message = 'Header "x-auth-type" must be "basic" or "oidc"'
    throw new HubError('invalid-parameter', message, { faults: [{ field: 'x-auth-type', message }] })
  }
  if (authorization === undefined) throw new HubError('unauthenticated', 'Missing authorization header.')
  const [, token] = /^bearer +([\x21-\x7e]+) *$/i.exec(authorization) ?? []
  if (token === undefined || token.length > longestToken) {
    const message = 'Header "authorization" must have the form "Bearer <token>"'
    throw new HubError('unauthenticated', 'INVALID_HEADER', { faults: [{ field: 'authorization', message }] })
  }
  return token
}
