import type { Static } from 'typebox'
import { HubError } from '#lib/errors'
import { asSystem } from '../as-system.ts'
import type { IamParts } from '../deps.ts'
import { type AccountDocument, accountDocument } from '../documents.ts'
import { findTokenAccount } from './principal-store.ts'

/** The account of the token with this id, for callers; throws `unauthenticated` where the token is not in force. */
export async function accountOfToken(
  { db, clock }: Pick<IamParts, 'db' | 'clock'>,
  tokenId: string,
): Promise<Static<typeof AccountDocument>> {
  // Not the principal's scope: accounts without tenant may see themselves too.
  const account = await asSystem(db, (tx) => findTokenAccount(tx, tokenId, clock()))
  if (!account) throw new HubError('unauthenticated', 'The token is unknown, expired or revoked')
  return accountDocument(account)
}
