import { type CursorPaging, type Listed, readPage, type Sorts } from '#lib/paging'
import type { Scope, Tx } from '#lib/postgres'
import { ROLE_JSON, type RoleRow, toRole } from '../role/role-store.ts'
import { holds } from '../search.ts'
import type { Status } from '../tenant/tenant.ts'
import type { NewUser, User } from './user.ts'

/** A user's row, also within that of a token. */
export interface UserRow {
  readonly id: string
  readonly kind: 'user' | 'service'
  readonly username: string
  readonly firstname: string | null
  readonly lastname: string | null
  readonly status: Status
  readonly confirmed: boolean
  readonly tenant_id: string | null
  readonly roles: readonly RoleRow[]
  readonly permissions: readonly string[]
  /** Those of them that are in force everywhere. */
  readonly everywhere: readonly string[]
  readonly created_at: Date
  readonly changed_at: Date
}

/** The columns of user `u` that are the same whichever tenant it is seen in. The password hash is never among them. */
export const USER_COLUMNS =
  'u.id, u.kind, u.username, u.firstname, u.lastname, u.status, u.confirmed, u.permissions as everywhere, u.created_at, u.changed_at'

/** SQL for the ids of the roles that are in force for user `u` in the tenant of membership `m`. */
export const ROLE_IDS = `
  select p.role_id from iam.platform_role p where p.user_id = u.id
  union all
  select x.role_id from iam.membership_role x where x.user_id = u.id and x.tenant_id = m.tenant_id`

/** SQL for these roles as JSON. */
export const ROLES_JSON = `coalesce(
  (select json_agg(${ROLE_JSON} order by r.name, r.id) from iam.role r where r.id in (${ROLE_IDS})), '[]')`

const COLUMNS = `${USER_COLUMNS}, m.tenant_id, u.permissions || coalesce(m.permissions, '{}') as permissions, ${ROLES_JSON} as roles`

/** A tenant's transaction sees the one membership in that tenant; one that sees all takes the default. */
const FROM = `iam.user u
  left join lateral (
    select tenant_id, permissions from iam.membership where user_id = u.id order by is_default desc, tenant_id limit 1
  ) m on true`

/** Undefined also for one that the transaction must not see. */
export async function findUserById(tx: Tx, id: string): Promise<User | undefined> {
  const [row] = await tx.query<UserRow>(`select ${COLUMNS} from ${FROM} where u.id = $1`, [id])
  return row && toUser(row)
}

/** What a list of users is narrowed down to; all of it must fit. Names are normalised. */
export interface UserFilter {
  readonly ids?: readonly string[]
  readonly usernames?: readonly string[]
  /** Part of the username, or of first and last name together. */
  readonly search?: string
  readonly status?: Status
  /** Whose members. */
  readonly tenantId?: string
  /** Who has that role, of the platform or in a tenant that the transaction sees. */
  readonly roleId?: string
}

/** By creation, as ids are made in that order, or by name. */
export const userSorts = {
  createdAt: [{ sql: 'u.id', type: 'uuid' }],
  username: [{ sql: 'u.username', type: 'text' }],
} as const satisfies Sorts

/** People, not services. */
export async function listUsers(tx: Tx, filter: UserFilter, paging: CursorPaging): Promise<Listed<User>> {
  const { ids, usernames, search, status, tenantId, roleId } = filter
  const where = `u.kind = 'user' and ($1::uuid[] is null or u.id = any ($1)) and ($2::text[] is null or u.username = any ($2))
    and ${holds(`concat_ws(' ', u.username, u.firstname, u.lastname)`, 3)} and ($4::text is null or u.status = $4)
    and ($5::uuid is null or u.id in (select user_id from iam.membership where tenant_id = $5))
    and ($6::uuid is null or u.id in (
          select user_id from iam.membership_role where role_id = $6 union all select user_id from iam.platform_role where role_id = $6))`
  const values = [ids, usernames, search, status, tenantId, roleId].map((value) => value ?? null)
  const source = { columns: COLUMNS, from: FROM, where, values, countFrom: 'iam.user u' }
  const { items, meta } = await readPage<UserRow>(tx, source, paging)
  return { items: items.map(toUser), meta }
}

/** False when the name is taken, in whichever tenant. The transaction must see all, or only the user's tenant. */
export async function insertUser(tx: Tx, user: NewUser): Promise<boolean> {
  const { id, kind, username, passwordHash, firstname, lastname, status, confirmed, membership, createdAt } = user
  // First: a tenant's transaction may write and see a user by its membership only.
  if (membership) await insertMembership(tx, user, membership.tenantId)
  const inserted = await tx.query(
    `insert into iam.user (id, kind, username, password_hash, firstname, lastname, status, confirmed, permissions, created_at, changed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
     on conflict (kind, username) do nothing returning id`,
    [
      id,
      kind,
      username,
      passwordHash ?? null,
      firstname ?? null,
      lastname ?? null,
      status,
      confirmed,
      user.everywhere,
      createdAt,
    ],
  )
  if (inserted.length === 0) return false
  await insertRoles(tx, user)
  return true
}

async function insertMembership(tx: Tx, user: NewUser, tenantId: string): Promise<void> {
  const { id, createdAt } = user
  await tx.query(
    `insert into iam.membership (user_id, tenant_id, is_default, permissions, created_at) values ($1, $2, true, $3, $4)`,
    [id, tenantId, within(user), createdAt],
  )
}

async function insertRoles(tx: Tx, { id, roles, membership }: NewUser): Promise<void> {
  const [ofPlatform, ofTenant] = [true, false].map((wanted) =>
    roles.filter(({ platform }) => platform === wanted).map((role) => role.id),
  )
  if (ofPlatform?.length) await insertPlatformRoles(tx, id, ofPlatform)
  if (membership && ofTenant?.length) await insertMembershipRoles(tx, id, membership.tenantId, ofTenant)
}

async function insertPlatformRoles(tx: Tx, id: string, roleIds: readonly string[]): Promise<void> {
  await tx.query(
    'insert into iam.platform_role (user_id, role_id) select $1, unnest($2::uuid[]) on conflict do nothing',
    [id, roleIds],
  )
}

async function insertMembershipRoles(tx: Tx, id: string, tenantId: string, roleIds: readonly string[]): Promise<void> {
  await tx.query(
    `insert into iam.membership_role (user_id, tenant_id, role_id) select $1, $2, unnest($3::uuid[])
     on conflict do nothing`,
    [id, tenantId, roleIds],
  )
}

/**
 * Makes other changes of the user, and the deletion of the user's tenants, wait until the transaction ends. By an advisory lock, as a tenant's transaction may lock no row of a
 * user who belongs to others too.
 */
export async function lockUser(tx: Tx, id: string): Promise<void> {
  await tx.query('select iam.lock_user($1)', [id])
}

/**
 * Stores the account itself, without what it may do. False when the transaction must not change it: to a tenant's only those belong who
 * are members of no other. Throws a database error of constraint `user_username` when the name is taken.
 */
export async function updateUser(tx: Tx, user: User, passwordHash: string | undefined): Promise<boolean> {
  const { id, username, firstname, lastname, status, confirmed, changedAt } = user
  const rows = await tx.query(
    `update iam.user set username = $2, firstname = $3, lastname = $4, status = $5, confirmed = $6,
            password_hash = coalesce($7, password_hash), changed_at = $8
      where id = $1 returning id`,
    [id, username, firstname ?? null, lastname ?? null, status, confirmed, passwordHash ?? null, changedAt],
  )
  return rows.length === 1
}

/** Stores what the user may do in the tenant as which it was read; in a transaction that sees all also what it may do everywhere. */
export async function updateRights(tx: Tx, user: User, scope: Scope): Promise<void> {
  const { id, tenantId, roles } = user
  const ids = (platform: boolean) => roles.filter((role) => role.platform === platform).map((role) => role.id)
  if (scope === 'everything') {
    await tx.query('delete from iam.platform_role where user_id = $1 and role_id <> all ($2::uuid[])', [id, ids(true)])
    await insertPlatformRoles(tx, id, ids(true))
    await tx.query('update iam.user set permissions = $2 where id = $1', [id, user.everywhere])
  }
  if (tenantId === undefined) return
  await tx.query('update iam.membership set permissions = $3 where user_id = $1 and tenant_id = $2', [
    id,
    tenantId,
    within(user),
  ])
  await tx.query(
    'delete from iam.membership_role where user_id = $1 and tenant_id = $2 and role_id <> all ($3::uuid[])',
    [id, tenantId, ids(false)],
  )
  await insertMembershipRoles(tx, id, tenantId, ids(false))
}

/** The permissions that are in force in the tenant alone. */
function within({ permissions, everywhere }: Pick<User, 'permissions' | 'everywhere'>): string[] {
  return permissions.filter((permission) => !everywhere.includes(permission))
}

/** Makes the user a member of the tenant, its default one if it has no other. False for one who is a member already. */
export async function insertMember(
  tx: Tx,
  { userId, tenantId, createdAt }: { userId: string; tenantId: string; createdAt: Date },
): Promise<boolean> {
  const rows = await tx.query(
    `insert into iam.membership (user_id, tenant_id, is_default, created_at)
     select $1, $2, not exists (select from iam.membership where user_id = $1), $3
     on conflict (user_id, tenant_id) do nothing returning user_id`,
    [userId, tenantId, createdAt],
  )
  return rows.length === 1
}

/** Ends a membership; false when there is none. */
export async function deleteMember(tx: Tx, userId: string, tenantId: string): Promise<boolean> {
  const rows = await tx.query('delete from iam.membership where user_id = $1 and tenant_id = $2 returning user_id', [
    userId,
    tenantId,
  ])
  return rows.length === 1
}

/** Deletes the user with all that goes with it; false when there is none, or when the transaction must not. */
export async function deleteUser(tx: Tx, id: string): Promise<boolean> {
  return (await tx.query('delete from iam.user where id = $1 returning id', [id])).length === 1
}

/** Deletes them. The transaction must see all. */
export async function deleteUsers(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.query('delete from iam.user where id = any ($1::uuid[])', [ids])
}

/**
 * Whether somebody ACTIVE beside the user may do everything. No two transactions that ask this go on at the same time: each could take
 * the last one that the other counts on.
 */
export async function hasOtherAdmin(tx: Tx, id: string): Promise<boolean> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('iam.admins', 0))`)
  const rows = await tx.query(
    `select from iam.user u
      where u.id <> $1 and u.kind = 'user' and u.status = 'ACTIVE' and ('all' = any (u.permissions) or exists (
            select from iam.platform_role p join iam.role r on r.id = p.role_id where p.user_id = u.id and 'all' = any (r.permissions)))
      limit 1`,
    [id],
  )
  return rows.length > 0
}

/** Whether there is any person at all. */
export async function hasUsers(tx: Tx): Promise<boolean> {
  const [row] = await tx.query<{ any: boolean }>(`select exists (select from iam.user where kind = 'user') as any`)
  return row?.any === true
}

/** The id of a service's user. */
export async function findServiceId(tx: Tx, name: string): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string }>(`select id from iam.user where kind = 'service' and username = $1`, [
    name,
  ])
  return row?.id
}

/** Reads a row. */
export function toUser(row: UserRow): User {
  return {
    id: row.id,
    kind: row.kind,
    username: row.username,
    firstname: row.firstname ?? undefined,
    lastname: row.lastname ?? undefined,
    status: row.status,
    confirmed: row.confirmed,
    tenantId: row.tenant_id ?? undefined,
    roles: row.roles.map(toRole),
    permissions: row.permissions,
    everywhere: row.everywhere,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  }
}
