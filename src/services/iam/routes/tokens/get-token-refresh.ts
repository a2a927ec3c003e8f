import { route } from '#lib/http/route'
import { sessionsOf, setSession } from '#lib/http/session-cookie'
import type { IamParts } from '../../deps.ts'
import { RefreshedDocument } from '../../token/token-document.ts'
import { refreshToken } from '../../token/token-renewal.ts'

/** `GET /tokens/refresh`: the reference's path, hence a GET that changes something; asked twice it is as asked once. */
export const getTokenRefresh = (parts: Pick<IamParts, 'db' | 'bus' | 'clock' | 'config'>) =>
  route({
    method: 'GET',
    path: '/api/v1/tokens/refresh',
    summary: 'Let the token of this request live as long again as it was given, up to 30 days after it was made',
    permission: 'signed-in',
    response: { 200: RefreshedDocument },
    errors: ['forbidden'],
    async handle({ principal, headers, origin = '' }) {
      const { id, expiresAt } = await refreshToken(parts, principal)
      const ends = expiresAt && { expireAt: expiresAt.toISOString() }
      const [, token] = headers.authorization?.split(/ +/) ?? []
      if (token !== undefined) return { status: 200, body: { id, token, ...ends } }
      const [session] = sessionsOf(headers)
      if (session === undefined || expiresAt === undefined) return { status: 200, body: { id, ...ends } }
      const seconds = Math.floor((expiresAt.getTime() - parts.clock().getTime()) / 1000)
      const cookie = setSession(session, { seconds, secure: origin.startsWith('https:') })
      return { status: 200, body: { id, ...ends }, headers: { 'set-cookie': cookie } }
    },
  })
