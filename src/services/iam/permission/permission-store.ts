import { HubError } from '#lib/errors'
import type { Tx } from '#lib/postgres'
import type { Permission } from '#lib/principal'
import type { PermissionCatalogue } from '../permissions.ts'

/** A permission that can be given, as it is kept. */
export interface KeptPermission extends Permission {
  readonly id: string
  /** Whether a service registered it: then nobody changes it but the service. */
  readonly registered: boolean
}

const COLUMNS = 'id, name, scope, description, registered'

/** All of them, by name: as many as the services check and administrators have made. */
export async function listPermissions(tx: Tx): Promise<KeptPermission[]> {
  return tx.query<KeptPermission>(`select ${COLUMNS} from iam.permission order by name`)
}

/**
 * What can be given: what services register, or have registered before, and what administrators have made. None of it goes, or is restricted,
 * until the transaction ends, so that what is given by it is found by whoever takes it away.
 */
export async function catalogueOf(tx: Tx, registered: PermissionCatalogue): Promise<PermissionCatalogue> {
  await tx.query(`select pg_advisory_xact_lock_shared(hashtextextended('iam.permissions', 0))`)
  const kept = await tx.query<KeptPermission>({
    name: 'iam-permissions',
    text: `select ${COLUMNS} from iam.permission`,
  })
  const byName = new Map([...kept, ...registered.all].map((permission) => [permission.name, permission]))
  return { all: [...byName.values()], find: (name) => byName.get(name) }
}

/** Undefined when there is none. Nobody gives any permission until the transaction ends. */
export async function lockPermission(tx: Tx, id: string): Promise<KeptPermission | undefined> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('iam.permissions', 0))`)
  const [row] = await tx.query<KeptPermission>(`select ${COLUMNS} from iam.permission where id = $1 for update`, [id])
  return row
}

/** Throws `conflict` for one that a service registered: it is the service that says what it checks. */
export function demandMade(permission: KeptPermission): KeptPermission {
  if (!permission.registered) return permission
  throw new HubError('conflict', `Cannot change the permission "${permission.name}" as a service of the hub checks it`)
}

/** False when the name is taken. */
export async function insertPermission(tx: Tx, permission: KeptPermission, now: Date): Promise<boolean> {
  const { id, name, scope, description, registered } = permission
  const rows = await tx.query(
    `insert into iam.permission (${COLUMNS}, created_at, changed_at) values ($1, $2, $3, $4, $5, $6, $6)
     on conflict (name) do nothing returning id`,
    [id, name, scope, description, registered, now],
  )
  return rows.length === 1
}

/**
 * Stores scope and description; the name stays, as roles and services know the permission by it. One that becomes restricted is taken from
 * memberships and from roles of tenants by a trigger (`0008-permissions.sql`).
 */
export async function updatePermission(
  tx: Tx,
  { id, scope, description, registered }: Omit<KeptPermission, 'name'>,
  now: Date,
): Promise<void> {
  await tx.query(
    'update iam.permission set scope = $2, description = $3, registered = $4, changed_at = $5 where id = $1',
    [id, scope, description, registered, now],
  )
}

/** Deletes the permission and takes it from all roles, users, memberships and tokens. The transaction must see all. */
export async function deletePermission(tx: Tx, { id, name }: Pick<KeptPermission, 'id' | 'name'>): Promise<void> {
  await tx.query('delete from iam.permission where id = $1', [id])
  for (const table of ['role', 'user', 'membership', 'token']) {
    await tx.query(`update iam.${table} set permissions = array_remove(permissions, $1) where $1 = any (permissions)`, [
      name,
    ])
  }
}
