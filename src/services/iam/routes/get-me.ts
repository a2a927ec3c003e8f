import { HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import { asSystem } from '../as-system.ts'
import type { IamParts } from '../deps.ts'
import { AccountDocument, accountDocument } from '../documents.ts'
import { findTokenAccount } from '../token-store.ts'

/** `GET /users/me`: also how other processes learn whom a token stands for. */
export const getMe = ({ db, clock }: Pick<IamParts, 'db' | 'clock'>) =>
  route({
    method: 'GET',
    path: '/api/v1/users/me',
    summary: 'See the account of this token and what the token allows',
    permission: 'signed-in',
    response: { 200: AccountDocument },
    async handle({ principal }) {
      // Not the principal's scope: accounts without tenant may see themselves too.
      const account = await asSystem(db, (tx) => findTokenAccount(tx, principal.tokenId, clock()))
      if (!account) throw new HubError('unauthenticated', 'The token is unknown, expired or revoked')
      return { status: 200, body: accountDocument(account) }
    },
  })
