import { route } from '#lib/http/route'
import { demandSameOrigin } from '#lib/http/same-origin'
import { clearSession, sessionsOf } from '#lib/http/session-cookie'
import type { TokenLookup } from '#lib/principal'
import type { IamParts } from '../../deps.ts'
import { withdrawToken } from '../../token/withdraw-token.ts'

/** `DELETE /session`: twice is once. Public, so that a browser gets rid of a cookie that is in force no longer. */
export const deleteSession = (parts: Pick<IamParts, 'db' | 'bus'>, lookupToken: TokenLookup) =>
  route({
    method: 'DELETE',
    path: '/session',
    summary: 'Sign a browser out: withdraw the token of its cookie, and take the cookie away',
    permission: 'public',
    response: { 204: null },
    errors: ['forbidden'],
    async handle(request) {
      const { headers, origin = '' } = request
      const [session, ...others] = sessionsOf(headers)
      if (session !== undefined) demandSameOrigin(request)
      // Of several, nothing tells which is this browser's own.
      const principal = session !== undefined && others.length === 0 ? await lookupToken(session) : undefined
      if (principal) await withdrawToken(parts, principal)
      return { status: 204, headers: { 'set-cookie': clearSession({ secure: origin.startsWith('https:') }) } }
    },
  })
