import type { IncomingHttpHeaders } from 'node:http'
import { HubError } from '../errors.ts'
import { demand, type Principal, type TokenLookup } from '../principal.ts'
import type { Access } from './route.ts'
import { demandSameOrigin, type Provenance } from './same-origin.ts'
import { sessionCookie, sessionsOf } from './session-cookie.ts'

/** Longer ones are no tokens of ours, and are not worth a hash. */
const longestToken = 1024

/**
 * Lets a request pass or throws: the one place where access is decided. Gives the principal, which is `undefined` for public
 * routes only. It reads headers alone, so that the body of a refused request is never read.
 */
export async function authenticate(
  access: Access,
  request: Provenance,
  principals: TokenLookup,
): Promise<Principal | undefined> {
  if (access === 'public') return undefined
  const principal = await principals(tokenOf(request))
  if (!principal) throw new HubError('unauthenticated', 'The token is unknown, expired or revoked')
  if (access !== 'signed-in') demand(principal, access)
  return principal
}

/** What the header `authorization` says counts alone: no page can make a browser send it. The cookie is looked at where there is none. */
function tokenOf(request: Provenance): string {
  const given = bearerOf(request.headers) ?? sessionOf(request)
  if (given === undefined) throw new HubError('unauthenticated', 'Missing authorization header.')
  return given
}

/** Clients of the existing hub compare these messages; `x-auth-type` is theirs too, and both its values mean the same here. */
function bearerOf({ authorization, 'x-auth-type': type }: IncomingHttpHeaders): string | undefined {
  if (type !== undefined && type !== 'basic' && type !== 'oidc') {
    const message = 'Header "x-auth-type" must be "basic" or "oidc"'
    throw new HubError('invalid-parameter', message, { faults: [{ field: 'x-auth-type', message }] })
  }
  if (authorization === undefined) return undefined
  const [, token] = /^bearer +([\x21-\x7e]+) *$/i.exec(authorization) ?? []
  if (token === undefined || token.length > longestToken) {
    const message = 'Header "authorization" must have the form "Bearer <token>"'
    throw new HubError('unauthenticated', 'INVALID_HEADER', { faults: [{ field: 'authorization', message }] })
  }
  return token
}

function sessionOf(request: Provenance): string | undefined {
  const [session, ...others] = sessionsOf(request.headers)
  if (session === undefined) return undefined
  demandSameOrigin(request)
  if (others.length > 0 || session.length > longestToken || !/^[\w-]+$/.test(session)) {
    const message = `Cookie "${sessionCookie}" must be there once and hold a token`
    throw new HubError('unauthenticated', message, { faults: [{ field: 'cookie', message }] })
  }
  return session
}
