import type { Tx } from '#lib/postgres'
import { actor, type IamParts } from '../deps.ts'
import type { IssuedToken, Token } from './token.ts'
import { insertToken, insertTokenValue } from './token-store.ts'
import { newToken, tokenHash } from './token-text.ts'

/** Stores a new token with its first value, and tells of it, all with the commit; `by` is absent where the hub itself makes it. */
export async function issueToken<T extends Token>(
  { bus }: Pick<IamParts, 'bus'>,
  tx: Tx,
  token: T,
  by?: Parameters<typeof actor>[0],
): Promise<IssuedToken<T['expiresAt']>> {
  insertToken(tx, token)
  const { id, userId: accountId, type, scope, flowId, secretIds = [], description } = token
  const permissions = [...new Set(token.permissions)]
  await bus.publish(tx, {
    name: 'iam.token.created',
    payload: {
      ...(by && actor(by)),
      id,
      accountId,
      type,
      ...(description && { description }),
      ...(flowId === undefined ? {} : { flowId }),
      ...(secretIds.length > 0 && { secretIds: [...secretIds] }),
      ...(permissions.length > 0 && { permissions }),
      ...(scope && { scope: [...scope] }),
      ...(token.expiresAt && { expiresAt: token.expiresAt.toISOString() }),
    },
  })
  return { token: issueValue(tx, token), id, expiresAt: token.expiresAt }
}

/** Gives a token one more value; the older ones stay as they are. It is stored with the commit. */
export function issueValue(tx: Tx, { id, createdAt }: { id: string; createdAt: Date }): string {
  const text = newToken()
  insertTokenValue(tx, { hash: tokenHash(text), tokenId: id, createdAt })
  return text
}
