import type { Tx } from '#lib/postgres'
import type { Status, Tenant } from './tenant.ts'

interface TenantRow {
  readonly id: string
  readonly name: string
  readonly status: Status
  readonly confirmed: boolean
  readonly created_at: Date
  readonly changed_at: Date
}

const COLUMNS = 'id, name, status, confirmed, created_at, changed_at'

/** The transaction must see all: no tenant creates another. */
export async function insertTenant(tx: Tx, tenant: Tenant): Promise<void> {
  const { id, name, status, confirmed, createdAt, changedAt } = tenant
  await tx.query(`insert into iam.tenant (${COLUMNS}) values ($1, $2, $3, $4, $5, $6)`, [
    id,
    name,
    status,
    confirmed,
    createdAt,
    changedAt,
  ])
}

/** Undefined also for one that the transaction must not see. */
export async function findTenantById(tx: Tx, id: string): Promise<Tenant | undefined> {
  const [row] = await tx.query<TenantRow>(`select ${COLUMNS} from iam.tenant where id = $1`, [id])
  return row && toTenant(row)
}

/** The tenant, kept from changes of others until the transaction ends; undefined also for one that it must not change. */
export async function lockTenant(tx: Tx, id: string): Promise<Tenant | undefined> {
  const [row] = await tx.query<TenantRow>(`select ${COLUMNS} from iam.tenant where id = $1 for update`, [id])
  return row && toTenant(row)
}

/** Stores name, status and confirmation. */
export async function updateTenant(tx: Tx, { id, name, status, confirmed, changedAt }: Tenant): Promise<void> {
  await tx.query('update iam.tenant set name = $2, status = $3, confirmed = $4, changed_at = $5 where id = $1', [
    id,
    name,
    status,
    confirmed,
    changedAt,
  ])
}

/** Deletes the tenant with its memberships, roles and key; the transaction must see all. */
export async function deleteTenant(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from iam.tenant where id = $1', [id])
}

/** In the order of their creation. */
export async function listTenants(
  tx: Tx,
  page: { limit: number; offset: number },
): Promise<{ items: Tenant[]; total: number }> {
  const rows = await tx.query<TenantRow>(`select ${COLUMNS} from iam.tenant order by id limit $1 offset $2`, [
    page.limit,
    page.offset,
  ])
  const [count] = await tx.query<{ total: number }>('select count(*) as total from iam.tenant')
  return { items: rows.map(toTenant), total: count?.total ?? 0 }
}

function toTenant({ id, name, status, confirmed, created_at, changed_at }: TenantRow): Tenant {
  return { id, name, status, confirmed, createdAt: created_at, changedAt: changed_at }
}
