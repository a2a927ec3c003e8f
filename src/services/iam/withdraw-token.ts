import type { Principal } from '#lib/principal'
import { asSystem } from './as-system.ts'
import { actor, type IamParts } from './deps.ts'
import { deleteTokenById } from './token-store.ts'

/** Withdraws the token by which the principal acts, and no other. Twice is once. */
export async function withdrawToken({ db, bus }: Pick<IamParts, 'db' | 'bus'>, principal: Principal): Promise<void> {
  // Not the principal's scope: the token of an account without tenant would be out of it.
  await asSystem(db, async (tx) => {
    if (!(await deleteTokenById(tx, principal.tokenId))) return
    const payload = { ...actor(principal), id: principal.tokenId, accountId: principal.id, reason: 'logout' } as const
    await bus.publish(tx, { name: 'iam.token.deleted', payload })
  })
}
