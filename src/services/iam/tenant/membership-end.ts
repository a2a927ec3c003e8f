import type { Principal } from '#lib/principal'
import { actingNow } from '../acting.ts'
import { actor, found, type IamParts } from '../deps.ts'
import { catalogueOf } from '../permission/permission-store.ts'
import { permissions } from '../permissions.ts'
import { withdrawTokens } from '../token/withdraw-token.ts'
import { demandAuthority } from '../user/authority.ts'
import { deleteMember, deleteUser, findUserById, lockUser } from '../user/user-store.ts'
import { scopeOfTenant } from './tenant-scope.ts'

/**
 * Takes a user out of a tenant, as far as the principal may. One who belongs to nothing else is deleted: the name would be taken for ever
 * otherwise, by an account that can do nothing.
 */
export async function endMembership(
  { db, bus, clock, catalogue }: Pick<IamParts, 'db' | 'bus' | 'clock' | 'catalogue'>,
  principal: Principal,
  { userId, tenantId: wanted }: { readonly userId: string; readonly tenantId: string },
): Promise<void> {
  const scope = scopeOfTenant(principal, wanted)
  const tenantId = scope.tenant
  await db.transaction(scope, async (tx) => {
    await lockUser(tx, userId)
    const current = await actingNow({ clock }, tx, principal, permissions.memberDelete)
    const user = found(await findUserById(tx, userId), 'user', 'userId')
    demandAuthority(current, await catalogueOf(tx, catalogue), user)
    const { id } = user
    await withdrawTokens({ bus }, tx, { userId: id, tenantId }, { by: principal, reason: 'revoked' })
    const isDeleted = await deleteUser(tx, id)
    if (!isDeleted) await deleteMember(tx, id, tenantId)
    const roles = user.roles.filter(({ platform }) => !platform).map((role) => role.id)
    const by = actor(principal)
    await bus.publish(tx, { name: 'iam.user.removedFromTenant', payload: { ...by, id, tenantId, roles } })
    if (isDeleted) await bus.publish(tx, { name: 'iam.user.deleted', payload: { ...by, id, tenantId } })
  })
}
