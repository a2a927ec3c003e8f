import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { pagingOf } from '#lib/paging'
import { Id } from '#lib/schema'
import type { IamParts } from '../../deps.ts'
import { ListOf, listBody, listQuery } from '../../documents.ts'
import { listVisibleTokens } from '../../token/token-access.ts'
import { TokenDocument, tokenDocument } from '../../token/token-document.ts'
import { tokenHash } from '../../token/token-text.ts'

const Query = Type.Object(
  {
    ...listQuery,
    accountId: Type.Optional(Id),
    token: Type.Optional(Type.String({ minLength: 1, maxLength: 1024, description: 'A value of it' })),
  },
  { additionalProperties: false },
)

/** `GET /tokens`: own ones without any permission. */
export const getTokens = (parts: Pick<IamParts, 'db' | 'bus' | 'clock' | 'catalogue'>) =>
  route({
    method: 'GET',
    path: '/api/v1/tokens',
    summary:
      'List tokens and logins, the newest first: your own, with "tenant.tokens.read" those of an account of the tenant',
    permission: 'signed-in',
    query: Query,
    response: { 200: ListOf(TokenDocument) },
    errors: ['forbidden'],
    async handle({ query, principal }) {
      const { accountId: userId, token } = query
      const paging = pagingOf(query)
      const wanted = { ...(userId && { userId }), ...(token && { hash: tokenHash(token) }) }
      const { items, total } = await listVisibleTokens(parts, principal, wanted, paging)
      const documents = items.map((item) => tokenDocument(item, principal))
      return { status: 200, body: listBody(query, documents, paging.meta(total)) }
    },
  })
