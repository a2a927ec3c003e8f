import { HubError } from '#lib/errors'
import type { Tx } from '#lib/postgres'
import { demand, type Permission, type Principal } from '#lib/principal'
import { seeingAll } from './as-system.ts'
import type { IamParts } from './deps.ts'
import { findPrincipal } from './token/principal-store.ts'

/**
 * The principal as it is at this moment, and stays until the transaction ends: who gives and takes rights must have them when it is done, not
 * when the request came in, and the tenant in which it acts is not deleted meanwhile. Between the two a request may wait, for a hash above all. Throws `unauthenticated` where the token is in
 * force no longer, `forbidden` where the permission is gone. Lock the user who is changed before: two who change themselves would
 * otherwise wait for each other.
 */
export async function actingNow(
  parts: Pick<IamParts, 'clock'>,
  tx: Tx,
  principal: Principal,
  permission: Permission,
): Promise<Principal> {
  const current = await principalNow(parts, tx, principal)
  demand(current, permission)
  return current
}

/** The same where more than one permission decides: throws only `unauthenticated`. */
export async function principalNow(
  { clock }: Pick<IamParts, 'clock'>,
  tx: Tx,
  principal: Principal,
): Promise<Principal> {
  await tx.query(
    `select pg_advisory_xact_lock_shared(hashtextextended('iam.user ' || $1::uuid, 0)),
            pg_advisory_xact_lock_shared(hashtextextended('iam.tenant ' || $2::uuid, 0))`,
    [principal.id, principal.tenant ?? null],
  )
  // An administrator of the hub may be at work in another tenant than the token's.
  const current = await seeingAll(tx, () => findPrincipal(tx, principal.tokenId, clock()))
  if (current === undefined || current.tenant !== principal.tenant) {
    throw new HubError('unauthenticated', 'The token is unknown, expired or revoked')
  }
  return current
}
