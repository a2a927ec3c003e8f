import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { actingNow } from '../acting.ts'
import { asSystem } from '../as-system.ts'
import { actor, found, type IamParts } from '../deps.ts'
import { permissions } from '../permissions.ts'
import { withdrawTokens } from '../token/withdraw-token.ts'
import { deleteUser, lockUser } from '../user/user-store.ts'
import { deleteTenant, lockTenant } from './tenant-store.ts'

interface Member {
  readonly id: string
  /** Belongs to another tenant too, or may do something beyond tenants: such a user stays. */
  readonly stays: boolean
}

/**
 * Deletes a tenant with all that is its alone: users who belong to nothing else, memberships, roles, tokens, key. All in one transaction,
 * with an event for each thing that goes; other services remove what they keep when they hear of the tenant.
 */
export async function removeTenant(
  { db, bus, clock }: Pick<IamParts, 'db' | 'bus' | 'clock'>,
  principal: Principal,
  id: string,
): Promise<void> {
  const by = actor(principal)
  await asSystem(db, async (tx) => {
    await actingNow({ clock }, tx, principal, permissions.tenantDelete)
    // Users before the tenant, as a login and every change of a user lock them in this order.
    await lockMembers(tx, id)
    const { name } = found(await lockTenant(tx, id), 'tenant')
    await withdrawTokens({ bus }, tx, { tenantId: id }, { by: principal, reason: 'revoked' })
    for (const member of await membersOf(tx, id)) {
      if (member.stays) {
        await bus.publish(tx, { name: 'iam.user.removedFromTenant', payload: { ...by, id: member.id, tenantId: id } })
        continue
      }
      await withdrawTokens({ bus }, tx, { userId: member.id }, { by: principal, reason: 'accountDeleted' })
      await deleteUser(tx, member.id)
      await bus.publish(tx, { name: 'iam.user.deleted', payload: { ...by, id: member.id, tenantId: id } })
    }
    const roles = await rolesOf(tx, id)
    const gone = roles.map((role) => ({ name: 'iam.role.deleted', payload: { ...by, ...role, tenantId: id } }) as const)
    await bus.publishAll(tx, gone)
    await deleteTenant(tx, id)
    await bus.publish(tx, { name: 'iam.tenant.deleted', payload: { ...by, id, name } })
  })
}

async function lockMembers(tx: Tx, tenantId: string): Promise<void> {
  const ids = await tx.query<{ id: string }>(
    'select user_id as id from iam.membership where tenant_id = $1 order by user_id',
    [tenantId],
  )
  for (const { id } of ids) await lockUser(tx, id)
  await tx.query(
    `select from iam.user u where u.id in (select user_id from iam.membership where tenant_id = $1)
      order by u.id for update of u`,
    [tenantId],
  )
}

function membersOf(tx: Tx, tenantId: string): Promise<Member[]> {
  return tx.query<Member>(
    `select m.user_id as id,
            u.kind <> 'user' or u.permissions <> '{}'
            or exists (select from iam.platform_role p where p.user_id = m.user_id)
            or exists (select from iam.membership other where other.user_id = m.user_id and other.tenant_id <> m.tenant_id) as stays
       from iam.membership m join iam.user u on u.id = m.user_id
      where m.tenant_id = $1 order by m.user_id`,
    [tenantId],
  )
}

function rolesOf(tx: Tx, tenantId: string): Promise<{ id: string; name: string }[]> {
  return tx.query('select id, name from iam.role where tenant_id = $1 order by id', [tenantId])
}
