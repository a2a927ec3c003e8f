import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { asSystem } from '../as-system.ts'
import { actor, type IamParts } from '../deps.ts'
import { type DeletedToken, deleteOldestLogins, deleteTokens, type TokenFilter } from './token-store.ts'

/** Withdraws the token by which the principal acts, and no other. Twice is once. */
export async function withdrawToken({ db, bus }: Pick<IamParts, 'db' | 'bus'>, principal: Principal): Promise<void> {
  // Not the principal's scope: the token of an account without tenant would be out of it.
  await asSystem(db, (tx) =>
    withdrawTokens({ bus }, tx, { id: principal.tokenId }, { by: principal, reason: 'logout' }),
  )
}

/** What is told of tokens that are withdrawn. */
export interface Withdrawal {
  readonly by: Parameters<typeof actor>[0]
  readonly reason: 'logout' | 'revoked' | 'accountDeleted'
}

/** Withdraws all tokens that fit, as part of another change, and tells of each. */
export async function withdrawTokens(
  { bus }: Pick<IamParts, 'bus'>,
  tx: Tx,
  filter: TokenFilter,
  about: Withdrawal,
): Promise<void> {
  await tellOf({ bus }, tx, await deleteTokens(tx, filter), about)
}

/** So many logins a user has at most: whoever logs in for every call keeps no more. */
const MOST_LOGINS = 200

/** Makes room for one more login of the user, who is locked: the oldest ones end. */
export async function withdrawOldestLogins(
  { bus }: Pick<IamParts, 'bus'>,
  tx: Tx,
  user: Withdrawal['by'],
): Promise<void> {
  await tellOf({ bus }, tx, await deleteOldestLogins(tx, user.id, MOST_LOGINS - 1), { by: user, reason: 'revoked' })
}

async function tellOf(
  { bus }: Pick<IamParts, 'bus'>,
  tx: Tx,
  deleted: readonly DeletedToken[],
  { by, reason }: Withdrawal,
): Promise<void> {
  const events = deleted.map(({ id, userId: accountId }) => ({
    name: 'iam.token.deleted' as const,
    payload: { ...actor(by), id, accountId, reason },
  }))
  await bus.publishAll(tx, events)
}
