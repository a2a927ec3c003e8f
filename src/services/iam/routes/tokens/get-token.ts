import { route } from '#lib/http/route'
import type { IamParts } from '../../deps.ts'
import { IdParams } from '../../documents.ts'
import { findVisibleToken } from '../../token/token-access.ts'
import { TokenDocument, tokenDocument } from '../../token/token-document.ts'

/** `GET /tokens/:id`: never its value. */
export const getToken = (parts: Pick<IamParts, 'db' | 'bus' | 'clock' | 'catalogue'>) =>
  route({
    method: 'GET',
    path: '/api/v1/tokens/:id',
    summary: 'Read about a token: when it ends, when it was used, what it allows',
    permission: 'signed-in',
    params: IdParams,
    response: { 200: TokenDocument },
    errors: ['not-found'],
    async handle({ params, principal }) {
      return { status: 200, body: tokenDocument(await findVisibleToken(parts, principal, params.id), principal) }
    },
  })
