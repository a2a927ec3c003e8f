import type { Tx } from '#lib/postgres'
import type { Role } from '../role/role.ts'
import { ROLE_JSON, type RoleRow, toRole } from '../role/role-store.ts'
import type { Status } from './tenant.ts'

/** A tenant that someone belongs to, with what is given to them there. */
export interface Membership {
  readonly tenantId: string
  readonly name: string
  /** Of the tenant: only in one that is ACTIVE can anybody act. */
  readonly status: Status
  readonly isDefault: boolean
  /** By name; without roles of the platform, which are in force everywhere. */
  readonly roles: readonly Role[]
  /** Those given directly. */
  readonly permissions: readonly string[]
}

interface MembershipRow {
  readonly tenant_id: string
  readonly name: string
  readonly status: Status
  readonly is_default: boolean
  readonly roles: readonly RoleRow[]
  readonly permissions: readonly string[]
}

/** Those of a user that the transaction sees, the default one first. */
export async function listMemberships(tx: Tx, userId: string): Promise<Membership[]> {
  const rows = await tx.query<MembershipRow>(
    `select m.tenant_id, n.name, n.status, m.is_default, m.permissions,
            coalesce((select json_agg(${ROLE_JSON} order by r.name, r.id)
                        from iam.membership_role x join iam.role r on r.id = x.role_id
                       where x.user_id = m.user_id and x.tenant_id = m.tenant_id), '[]') as roles
       from iam.membership m join iam.tenant n on n.id = m.tenant_id
      where m.user_id = $1 order by m.is_default desc, n.name, m.tenant_id`,
    [userId],
  )
  return rows.map(({ tenant_id, name, status, is_default, roles, permissions }) => ({
    tenantId: tenant_id,
    name,
    status,
    isDefault: is_default,
    roles: roles.map(toRole),
    permissions,
  }))
}

/** The names of the tenants of a user, as far as the transaction sees them. */
export async function tenantNamesOf(tx: Tx, userId: string): Promise<string[]> {
  const rows = await tx.query<{ name: string }>(
    'select n.name from iam.membership m join iam.tenant n on n.id = m.tenant_id where m.user_id = $1',
    [userId],
  )
  return rows.map(({ name }) => name)
}

/**
 * The first of the accounts, in their order, that may act in the tenant at this moment: a member of it, both ACTIVE. The transaction must
 * see all.
 */
export async function firstAbleToAct(
  tx: Tx,
  accounts: readonly string[],
  tenantId: string,
): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string }>(
    `select u.id
       from unnest($1::uuid[]) with ordinality as account (id, place)
       join iam.user u on u.id = account.id and u.status = 'ACTIVE'
       join iam.membership m on m.user_id = u.id and m.tenant_id = $2
       join iam.tenant n on n.id = m.tenant_id and n.status = 'ACTIVE'
      order by account.place limit 1`,
    [accounts, tenantId],
  )
  return row?.id
}
