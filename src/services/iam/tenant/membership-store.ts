import type { Tx } from '#lib/postgres'
import type { Status } from './tenant.ts'

/** A tenant that someone belongs to. */
export interface Membership {
  readonly tenantId: string
  readonly name: string
  /** Of the tenant: only in one that is ACTIVE can anybody act. */
  readonly status: Status
  readonly isDefault: boolean
}

interface MembershipRow {
  readonly tenant_id: string
  readonly name: string
  readonly status: Status
  readonly is_default: boolean
}

/** Those of a user, the default one first. The transaction must see all. */
export async function listMemberships(tx: Tx, userId: string): Promise<Membership[]> {
  const rows = await tx.query<MembershipRow>(
    `select m.tenant_id, n.name, n.status, m.is_default
       from iam.membership m join iam.tenant n on n.id = m.tenant_id
      where m.user_id = $1 order by m.is_default desc, n.name, m.tenant_id`,
    [userId],
  )
  return rows.map(({ tenant_id, name, status, is_default }) => ({
    tenantId: tenant_id,
    name,
    status,
    isDefault: is_default,
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
