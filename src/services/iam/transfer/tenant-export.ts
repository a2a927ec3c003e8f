import { HubError } from '#lib/errors'
import type { Tx } from '#lib/postgres'
import { type Principal, seesEverything } from '#lib/principal'
import { actingNow } from '../acting.ts'
import { asSystem } from '../as-system.ts'
import { actor, found, type IamParts } from '../deps.ts'
import { permissions } from '../permissions.ts'
import { findTenantById } from '../tenant/tenant-store.ts'
import { MOST_USERS, type TenantFile } from './tenant-file.ts'

/**
 * The tenant as a file. It is told of before it leaves the process. The password hash of somebody who may do something beyond
 * tenants is there only for those who may do everything: whoever found the password out could act as that user.
 */
export async function exportTenant(
  { db, bus, clock }: Pick<IamParts, 'db' | 'bus' | 'clock'>,
  principal: Principal,
  id: string,
): Promise<TenantFile> {
  return asSystem(db, async (tx) => {
    const current = await actingNow({ clock }, tx, principal, permissions.tenantExport)
    const tenant = found(await findTenantById(tx, id), 'tenant')
    const roles = await rolesOf(tx, tenant.id)
    const known = roles.map((role) => role.id)
    const users = await usersOf(tx, tenant.id, { roles: known, withHashesOfAll: seesEverything(current) })
    if (users.length > MOST_USERS) {
      throw new HubError('conflict', `Cannot export the tenant as it must have at most ${MOST_USERS} users`)
    }
    await bus.publish(tx, { name: 'iam.tenant.exported', payload: { ...actor(principal), id: tenant.id } })
    const { name, status, confirmed, createdAt } = tenant
    return {
      format: 'open-integration-hub/tenant',
      version: 1,
      tenant: { id: tenant.id, name, status, confirmed, createdAt: createdAt.toISOString() },
      roles,
      users,
    }
  })
}

/** None of them goes until the transaction ends. */
function rolesOf(tx: Tx, tenantId: string): Promise<TenantFile['roles']> {
  return tx.query(
    `select id, name, description, array(select unnest(permissions) order by 1) as permissions
       from iam.role where tenant_id = $1 order by id for share`,
    [tenantId],
  )
}

interface MemberRow {
  readonly id: string
  readonly username: string
  readonly firstname: string | null
  readonly lastname: string | null
  readonly status: TenantFile['users'][number]['status']
  readonly confirmed: boolean
  readonly created_at: Date
  readonly password_hash: string | null
  readonly roles: string[]
  readonly permissions: string[]
}

async function usersOf(
  tx: Tx,
  tenantId: string,
  { roles, withHashesOfAll }: { readonly roles: readonly string[]; readonly withHashesOfAll: boolean },
): Promise<TenantFile['users']> {
  const rows = await tx.query<MemberRow>(
    `select u.id, u.username, u.firstname, u.lastname, u.status, u.confirmed, u.created_at,
            case when $2 or (u.permissions = '{}' and not exists (select from iam.platform_role p where p.user_id = u.id))
                 then u.password_hash end as password_hash,
            array(select x.role_id from iam.membership_role x join iam.role r on r.id = x.role_id
                   where x.user_id = u.id and x.tenant_id = m.tenant_id and (r.id = any ($4::uuid[]) or r.tenant_id is null)
                   order by x.role_id) as roles,
            array(select unnest(m.permissions) order by 1) as permissions
       from iam.membership m join iam.user u on u.id = m.user_id
      where m.tenant_id = $1 and u.kind = 'user' order by u.id limit $3`,
    [tenantId, withHashesOfAll, MOST_USERS + 1, roles],
  )
  return rows.map(({ firstname, lastname, created_at, password_hash, ...row }) => ({
    ...row,
    ...(firstname === null ? {} : { firstname }),
    ...(lastname === null ? {} : { lastname }),
    createdAt: created_at.toISOString(),
    ...(password_hash === null ? {} : { passwordHash: password_hash }),
  }))
}
