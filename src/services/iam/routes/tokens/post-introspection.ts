import { Type } from 'typebox'
import { HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import { asSystem } from '../../as-system.ts'
import type { IamParts } from '../../deps.ts'
import { AccountDocument, accountDocument } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { findTokenAccount } from '../../token/principal-store.ts'
import { isToken, tokenHash } from '../../token/token-text.ts'

/** `POST /tokens/introspect`: tokens not in force are not found, and none is prolonged. */
export const postIntrospection = ({ db, clock }: Pick<IamParts, 'db' | 'clock'>) =>
  route({
    method: 'POST',
    path: '/api/v1/tokens/introspect',
    summary: 'See whose a token is and what it allows',
    permission: permissions.tokenIntrospect,
    body: Type.Object({ token: Type.String({ minLength: 1, maxLength: 1024 }) }, { additionalProperties: false }),
    response: { 200: AccountDocument },
    errors: ['not-found'],
    async handle({ body: { token } }) {
      const account = isToken(token)
        ? await asSystem(db, (tx) => findTokenAccount(tx, tokenHash(token), clock()))
        : undefined
      if (!account) throw new HubError('not-found', 'No account found: the token is unknown, expired or revoked')
      return { status: 200, body: accountDocument(account) }
    },
  })
