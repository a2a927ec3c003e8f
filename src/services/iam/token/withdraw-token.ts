import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { asSystem } from '../as-system.ts'
import { actor, type IamParts } from '../deps.ts'
import { deleteTokenById, deleteTokens, type TokenFilter } from './token-store.ts'

/** Withdraws the token by which the principal acts, and no other. Twice is once. */
export async function withdrawToken({ db, bus }: Pick<IamParts, 'db' | 'bus'>, principal: Principal): Promise<void> {
  // Not the principal's scope: the token of an account without tenant would be out of it.
  await asSystem(db, async (tx) => {
    if (!(await deleteTokenById(tx, principal.tokenId))) return
    const payload = { ...actor(principal), id: principal.tokenId, accountId: principal.id, reason: 'logout' } as const
    await bus.publish(tx, { name: 'iam.token.deleted', payload })
  })
}

/** Withdraws all tokens that fit, as part of another change, and tells of each. */
export async function withdrawTokens(
  { bus }: Pick<IamParts, 'bus'>,
  tx: Tx,
  filter: TokenFilter,
  about: { readonly by: Principal; readonly reason: 'revoked' | 'accountDeleted' },
): Promise<void> {
  const deleted = await deleteTokens(tx, filter)
  const events = deleted.map(({ id, userId }) => ({
    name: 'iam.token.deleted' as const,
    payload: { ...actor(about.by), id, accountId: userId, reason: about.reason },
  }))
  await bus.publishAll(tx, events)
}
