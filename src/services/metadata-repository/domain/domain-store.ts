import type { Tx } from '#lib/postgres'
import type { CompatibilityMode } from '../schema/compatibility.ts'
import type { Domain } from './domain.ts'

interface DomainRow {
  readonly id: string
  readonly tenant_id: string | null
  readonly name: string
  readonly description: string | null
  readonly public: boolean
  readonly compatibility: CompatibilityMode
  readonly owner_id: string | null
  readonly created_at: Date
  readonly updated_at: Date
}

const COLUMNS = 'id, tenant_id, name, description, public, compatibility, owner_id, created_at, updated_at'

/** What a list of domains is narrowed down to. */
export interface DomainFilter {
  readonly public?: boolean
  /** Part of the name or the description, in any case. */
  readonly search?: string
}

/** Which part of a list, in which order. */
export interface DomainPage {
  readonly orderBy: keyof typeof ORDER_COLUMNS
  readonly descending: boolean
  readonly limit: number
  readonly offset: number
}

/** Names in any case, as some servers would put all capitals first. */
const ORDER_COLUMNS = { createdAt: 'created_at', updatedAt: 'updated_at', name: 'lower(name)' } as const

/** Stores a new domain. */
export async function insertDomain(tx: Tx, domain: Domain): Promise<void> {
  await tx.query(
    `insert into metadata_repository.domain (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    toValues(domain),
  )
}

/** Stores every field of a domain anew. */
export async function updateDomain(tx: Tx, domain: Domain): Promise<void> {
  await tx.query(
    `update metadata_repository.domain
        set (${COLUMNS}) = row ($1::uuid, $2::uuid, $3, $4, $5::boolean, $6, $7::uuid, $8::timestamptz, $9::timestamptz)
      where id = $1`,
    toValues(domain),
  )
}

/** Removes a domain, which has no schemas any more. */
export async function deleteDomainById(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from metadata_repository.domain where id = $1', [id])
}

/** Locks the domain for the rest of the transaction, where `forUpdate`: those that the transaction reads but must not change are not found then. */
export async function findDomainById(tx: Tx, id: string, forUpdate = false): Promise<Domain | undefined> {
  const lock = forUpdate ? 'for update' : ''
  const [row] = await tx.query<DomainRow>(`select ${COLUMNS} from metadata_repository.domain where id = $1 ${lock}`, [
    id,
  ])
  return row && toDomain(row)
}

/** The first domain of a tenant, locked; undefined when none is left. */
export async function findDomainOf(tx: Tx, tenantId: string): Promise<Domain | undefined> {
  const [row] = await tx.query<DomainRow>(
    `select ${COLUMNS} from metadata_repository.domain where tenant_id = $1 order by created_at, id limit 1 for update`,
    [tenantId],
  )
  return row && toDomain(row)
}

/** The domains of a page that the transaction sees, and how many there are in all. */
export async function listDomains(
  tx: Tx,
  filter: DomainFilter,
  page: DomainPage,
): Promise<{ readonly domains: readonly Domain[]; readonly total: number }> {
  const where = `($1::boolean is null or public = $1)
    and ($2::text is null or strpos(lower(name), lower($2)) > 0 or strpos(lower(description), lower($2)) > 0)`
  const values = [filter.public ?? null, filter.search ?? null]
  const direction = page.descending ? 'desc' : 'asc'
  const rows = await tx.query<DomainRow>(
    `select ${COLUMNS} from metadata_repository.domain where ${where}
      order by ${ORDER_COLUMNS[page.orderBy]} ${direction}, id ${direction} limit $3 offset $4`,
    [...values, page.limit, page.offset],
  )
  const [count] = await tx.query<{ total: number }>(
    `select count(*) as total from metadata_repository.domain where ${where}`,
    values,
  )
  return { domains: rows.map(toDomain), total: count?.total ?? 0 }
}

function toValues(domain: Domain): unknown[] {
  const { id, tenantId, name, description, compatibility, ownerId, createdAt, updatedAt } = domain
  return [
    ...[id, tenantId ?? null, name, description ?? null],
    ...[domain.public, compatibility, ownerId ?? null, createdAt, updatedAt],
  ]
}

function toDomain(row: DomainRow): Domain {
  return {
    id: row.id,
    tenantId: row.tenant_id ?? undefined,
    name: row.name,
    description: row.description ?? undefined,
    public: row.public,
    compatibility: row.compatibility,
    ownerId: row.owner_id ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
