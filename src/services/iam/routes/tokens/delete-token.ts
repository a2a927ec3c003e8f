import { route } from '#lib/http/route'
import type { IamParts } from '../../deps.ts'
import { Created, IdParams } from '../../documents.ts'
import { withdrawVisibleToken } from '../../token/token-access.ts'

/** `DELETE /tokens/:id`: a login too, which ends the session. */
export const deleteTokenRoute = (parts: Pick<IamParts, 'db' | 'bus' | 'clock' | 'catalogue'>) =>
  route({
    method: 'DELETE',
    path: '/api/v1/tokens/:id',
    summary: 'Withdraw a token or a login: your own, with "tenant.tokens.delete" one that acts in the tenant',
    permission: 'signed-in',
    params: IdParams,
    response: { 200: Created },
    errors: ['forbidden', 'not-found'],
    async handle({ params: { id }, principal }) {
      await withdrawVisibleToken(parts, principal, id)
      return { status: 200, body: { id } }
    },
  })
