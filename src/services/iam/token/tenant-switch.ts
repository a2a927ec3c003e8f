import { HubError } from '#lib/errors'
import { newId } from '#lib/id'
import type { Principal } from '#lib/principal'
import { asSystem } from '../as-system.ts'
import { found, type IamParts } from '../deps.ts'
import { listMemberships } from '../tenant/membership-store.ts'
import { lockUser } from '../user/user-store.ts'
import { findTokenAccount } from './principal-store.ts'
import type { IssuedToken } from './token.ts'
import { issueToken } from './token-issue.ts'
import { findToken } from './token-store.ts'
import { withdrawOldestLogins } from './withdraw-token.ts'

/**
 * Gives a login token that acts in another tenant of the user: the same login, as old as the present one, that ends when that does. Only a login may be switched: other
 * tokens were issued for one purpose. A tenant that the user does not belong to and one that there is not look the same.
 */
export async function switchTenant(
  { db, bus, clock }: Pick<IamParts, 'db' | 'bus' | 'clock'>,
  principal: Principal,
  wanted: string,
): Promise<IssuedToken> {
  return asSystem(db, async (tx) => {
    // A change of the password ends all logins, this one too.
    await lockUser(tx, principal.id)
    const now = clock()
    const account = await findTokenAccount(tx, principal.tokenId, now)
    const login = await findToken(tx, principal.tokenId, now)
    if (account === undefined || login === undefined)
      throw new HubError('unauthenticated', 'The token is unknown, expired or revoked')
    const { type, expiresAt } = account.token
    if (type !== 'SELF' || expiresAt === undefined) {
      throw new HubError('forbidden', 'Cannot switch as only the token of a login acts in one tenant after the other')
    }
    const memberships = await listMemberships(tx, principal.id)
    const target = memberships.find(({ tenantId, status }) => tenantId === wanted.toLowerCase() && status === 'ACTIVE')
    const { tenantId } = found(target, 'tenant', 'tenant')
    const by = { id: principal.id, tenant: tenantId }
    await withdrawOldestLogins({ bus }, tx, by)
    // When the password was typed: the bound of refreshing, and what applications are told, count from there.
    const { createdAt } = login
    const token = { id: newId(), userId: principal.id, tenantId, type, permissions: [], expiresAt, createdAt } as const
    return issueToken({ bus }, tx, token, by)
  })
}
