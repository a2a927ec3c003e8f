import { type CursorPaging, type Listed, readPage, type Sorts } from '#lib/paging'
import type { Tx } from '#lib/postgres'
import { holds } from '../search.ts'
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

/** By creation, as ids are made in that order, or by name. */
export const tenantSorts = {
  createdAt: [{ sql: 'id', type: 'uuid' }],
  name: [
    { sql: 'name', type: 'text' },
    { sql: 'id', type: 'uuid' },
  ],
} as const satisfies Sorts

/** Those whose name holds the text, and that have the status; without either all. */
export async function listTenants(
  tx: Tx,
  { search, status }: { readonly search?: string; readonly status?: Status },
  paging: CursorPaging,
): Promise<Listed<Tenant>> {
  const where = `${holds('name', 1)} and ($2::text is null or status = $2)`
  const source = { columns: COLUMNS, from: 'iam.tenant', where, values: [search ?? null, status ?? null] }
  const { items, meta } = await readPage<TenantRow>(tx, source, paging)
  return { items: items.map(toTenant), meta }
}

function toTenant({ id, name, status, confirmed, created_at, changed_at }: TenantRow): Tenant {
  return { id, name, status, confirmed, createdAt: created_at, changedAt: changed_at }
}
