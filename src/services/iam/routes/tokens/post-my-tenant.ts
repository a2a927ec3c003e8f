import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { sessionsOf, setSession } from '#lib/http/session-cookie'
import { Id } from '#lib/schema'
import type { IamParts } from '../../deps.ts'
import { switchTenant } from '../../token/tenant-switch.ts'
import { withdrawToken } from '../../token/withdraw-token.ts'

const Switched = Type.Object({
  id: Type.String({ description: 'The id of the token' }),
  token: Type.Optional(Type.String({ description: 'Absent where it comes as a cookie' })),
})

/** `POST /users/me/tenant`: a browser's cookie is replaced; whoever has a bearer token keeps it and gets another. */
export const postMyTenant = (parts: Pick<IamParts, 'db' | 'bus' | 'clock'>) =>
  route({
    method: 'POST',
    path: '/api/v1/users/me/tenant',
    summary: 'Act in another tenant that you belong to',
    permission: 'signed-in',
    body: Type.Object({ tenant: Id }, { additionalProperties: false }),
    response: { 200: Switched },
    errors: ['forbidden', 'not-found'],
    async handle({ body, principal, headers, origin = '' }) {
      const { token, id, expiresAt } = await switchTenant(parts, principal, body.tenant)
      const isBrowser = headers.authorization === undefined && sessionsOf(headers).length > 0
      if (!isBrowser) return { status: 200, body: { id, token } }
      await withdrawToken(parts, principal)
      const seconds = Math.floor((expiresAt.getTime() - parts.clock().getTime()) / 1000)
      const cookie = setSession(token, { seconds, secure: origin.startsWith('https:') })
      return { status: 200, body: { id }, headers: { 'set-cookie': cookie } }
    },
  })
