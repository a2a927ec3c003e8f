import { Type } from 'typebox'
import { route } from '#lib/http/route'
import type { IamParts } from '../../deps.ts'
import { withdrawToken } from '../../token/withdraw-token.ts'

/** `POST /logout`: twice is once. */
export const postLogout = (parts: Pick<IamParts, 'db' | 'bus'>) =>
  route({
    method: 'POST',
    path: '/logout',
    summary: 'Withdraw the token of this request, and no other',
    permission: 'signed-in',
    response: { 200: Type.Object({ loggedOut: Type.Literal(true) }) },
    async handle({ principal }) {
      await withdrawToken(parts, principal)
      return { status: 200, body: { loggedOut: true as const } }
    },
  })
