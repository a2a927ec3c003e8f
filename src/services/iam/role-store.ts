import type { Tx } from '#lib/postgres'
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

/** Those of the hub first. */
export async function listRoles(
  tx: Tx,
  page: { limit: number; offset: number },
): Promise<{ items: Role[]; total: number }> {
  const rows = await tx.query<RoleRow>(
    `select ${COLUMNS} from iam.role order by tenant_id nulls first, name, id limit $1 offset $2`,
    [page.limit, page.offset],
  )
  const [count] = await tx.query<{ total: number }>('select count(*) as total from iam.role')
  return { items: rows.map(toRole), total: count?.total ?? 0 }
}

/** Reads a row, or what `ROLE_JSON` made of one. */
export function toRole(row: RoleRow): Role {
  const { id, tenant_id: tenantId, platform, name, description, permissions } = row
  return { id, tenantId: tenantId ?? undefined, platform, name, description, permissions }
}
