import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { actingNow } from '../acting.ts'
import { asSystem } from '../as-system.ts'
import { actor, found, type IamParts } from '../deps.ts'
import { permissions } from '../permissions.ts'
import { withdrawTokens } from '../token/withdraw-token.ts'
import { deleteUsers } from '../user/user-store.ts'
import { deleteTenant, lockTenant } from './tenant-store.ts'

interface Member {
  readonly id: string
  /** Belongs to another tenant too, or may do something beyond tenants: such a user stays. */
  readonly stays: boolean
}

/** So many members at a time: few statements, and other requests of this process come between. */
const CHUNK = 1_000

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
    const members = await membersOf(tx, id)
    for (let start = 0; start < members.length; start += CHUNK) {
      await removeMembers({ bus }, tx, members.slice(start, start + CHUNK), { by: principal, tenantId: id })
    }
    const roles = await rolesOf(tx, id)
    const gone = roles.map((role) => ({ name: 'iam.role.deleted', payload: { ...by, ...role, tenantId: id } }) as const)
    await bus.publishAll(tx, gone)
    await deleteTenant(tx, id)
    await bus.publish(tx, { name: 'iam.tenant.deleted', payload: { ...by, id, name } })
  })
}

/** The memberships of those who stay go with the tenant. */
async function removeMembers(
  { bus }: Pick<IamParts, 'bus'>,
  tx: Tx,
  members: readonly Member[],
  { by, tenantId }: { readonly by: Principal; readonly tenantId: string },
): Promise<void> {
  const idsOf = (some: readonly Member[]) => some.map(({ id }) => id)
  const going = idsOf(members.filter(({ stays }) => !stays))
  await withdrawTokens({ bus }, tx, { userId: idsOf(members), tenantId }, { by, reason: 'revoked' })
  await withdrawTokens({ bus }, tx, { userId: going }, { by, reason: 'accountDeleted' })
  await deleteUsers(tx, going)
  const events = members.map(({ id, stays }) => {
    const name = stays ? 'iam.user.removedFromTenant' : 'iam.user.deleted'
    return { name, payload: { ...actor(by), id, tenantId } } as const
  })
  await bus.publishAll(tx, events)
}

/** Whoever changes one of them, or acts in the tenant, waits, or is waited for; see `lockUser` and `actingNow`. */
async function lockMembers(tx: Tx, tenantId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('iam.tenant ' || $1::uuid, 0))`, [tenantId])
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
