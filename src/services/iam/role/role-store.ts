import { type CursorPaging, type Listed, readPage, type Sorts } from '#lib/paging'
import type { Tx } from '#lib/postgres'
import { holds } from '../search.ts'
import type { Role } from './role.ts'

/** A role as it comes out of the database, also within a user's row as JSON. */
export interface RoleRow {
  readonly id: string
  readonly tenant_id: string | null
  readonly platform: boolean
  readonly name: string
  readonly description: string
  readonly permissions: readonly string[]
}

const COLUMNS = 'id, tenant_id, platform, name, description, permissions'

/** SQL for one role `r` as JSON, to be read by `toRole`. */
export const ROLE_JSON = `json_build_object('id', r.id, 'tenant_id', r.tenant_id, 'platform', r.platform, 'name', r.name,
  'description', r.description, 'permissions', r.permissions)`

/** Those of the ids that the transaction may see, in no order. */
export async function findRolesById(tx: Tx, ids: readonly string[]): Promise<Role[]> {
  const rows = await tx.query<RoleRow>(`select ${COLUMNS} from iam.role where id = any ($1::uuid[])`, [ids])
  return rows.map(toRole)
}

/** The role, kept from changes of others until the transaction ends; undefined also for one that it must not change. */
export async function lockRole(tx: Tx, id: string): Promise<Role | undefined> {
  const [row] = await tx.query<RoleRow>(`select ${COLUMNS} from iam.role where id = $1 for update`, [id])
  return row && toRole(row)
}

/** False when a role of the same tenant has the name, in whichever case. */
export async function insertRole(tx: Tx, role: Role, now: Date): Promise<boolean> {
  const { id, tenantId, platform, name, description, permissions } = role
  const rows = await tx.query(
    `insert into iam.role (${COLUMNS}, created_at, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $7)
     on conflict (tenant_id, lower(name)) do nothing returning id`,
    [id, tenantId ?? null, platform, name, description, permissions, now],
  )
  return rows.length === 1
}

/** Throws a database error of constraint `role_name` when another role of the tenant has the name. */
export async function updateRole(tx: Tx, { id, name, description, permissions }: Role, now: Date): Promise<void> {
  await tx.query('update iam.role set name = $2, description = $3, permissions = $4, changed_at = $5 where id = $1', [
    id,
    name,
    description,
    permissions,
    now,
  ])
}

/** Deletes the role and takes it from all who have it. */
export async function deleteRole(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from iam.role where id = $1', [id])
}

/** Those of the hub first and then tenant by tenant, or by name alone. */
export const roleSorts = {
  tenant: [
    { sql: `coalesce(tenant_id::text, '')`, type: 'text' },
    { sql: 'name', type: 'text' },
    { sql: 'id', type: 'uuid' },
  ],
  name: [
    { sql: 'name', type: 'text' },
    { sql: 'id', type: 'uuid' },
  ],
} as const satisfies Sorts

/** Those whose name holds the text; without it all. */
export async function listRoles(
  tx: Tx,
  { search }: { readonly search?: string },
  paging: CursorPaging,
): Promise<Listed<Role>> {
  const source = { columns: COLUMNS, from: 'iam.role', where: holds('name', 1), values: [search ?? null] }
  const { items, meta } = await readPage<RoleRow>(tx, source, paging)
  return { items: items.map(toRole), meta }
}

/** Reads a row, or what `ROLE_JSON` made of one. */
export function toRole(row: RoleRow): Role {
  const { id, tenant_id: tenantId, platform, name, description, permissions } = row
  return { id, tenantId: tenantId ?? undefined, platform, name, description, permissions }
}
