import type { Tx } from '#lib/postgres'
import type { Taken } from './file-faults.ts'
import type { TenantFile } from './tenant-file.ts'

/** Which things of a normalised file exist here, or did. The transaction must see all. */
export async function findTaken(tx: Tx, { tenant, roles, users }: TenantFile): Promise<Taken> {
  const among = async (sql: string, values: readonly string[]) =>
    new Set((await tx.query<{ key: string }>(sql, [values])).map(({ key }) => key))
  const userIds = users.map(({ id }) => id)
  return {
    tenant: (await among('select id as key from iam.tenant where id = any ($1::uuid[])', [tenant.id])).size > 0,
    roles: await among(
      'select id as key from iam.role where id = any ($1::uuid[])',
      roles.map(({ id }) => id),
    ),
    users: await among('select id as key from iam.user where id = any ($1::uuid[])', userIds),
    departed: await among('select id as key from iam.departed where id = any ($1::uuid[])', [tenant.id, ...userIds]),
    usernames: await among(
      `select username as key from iam.user where kind = 'user' and username = any ($1::text[])`,
      users.map(({ username }) => username),
    ),
  }
}

/** Ids of the roles of the hub that are given within tenants. */
export async function findHubRoles(tx: Tx): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }>('select id from iam.role where tenant_id is null and not platform')
  return new Set(rows.map(({ id }) => id))
}

/** Writes all of a file that `demandImportable` has let through, however many users in a few statements. Throws where something exists by now. */
export async function insertFile(tx: Tx, { tenant, roles, users }: TenantFile, now: Date): Promise<void> {
  const { id, name, status, confirmed, createdAt } = tenant
  await tx.query(
    `insert into iam.tenant (id, name, status, confirmed, created_at, changed_at) values ($1, $2, $3, $4, $5, $6)`,
    [id, name, status, confirmed, createdAt, now],
  )
  await tx.query(
    `insert into iam.role (id, tenant_id, platform, name, description, permissions, created_at, changed_at)
     select r.id, $2, false, r.name, r.description, array(select jsonb_array_elements_text(r.permissions)), $3, $3
       from jsonb_to_recordset($1::jsonb) as r (id uuid, name text, description text, permissions jsonb)`,
    [JSON.stringify(roles), id, now],
  )
  const list = JSON.stringify(users)
  await tx.query(
    `insert into iam.user (id, kind, username, password_hash, firstname, lastname, status, confirmed, permissions, created_at, changed_at)
     select u.id, 'user', u.username, u."passwordHash", u.firstname, u.lastname, u.status, u.confirmed, '{}', u."createdAt", $2
       from jsonb_to_recordset($1::jsonb) as u (id uuid, username text, "passwordHash" text, firstname text, lastname text, status text,
            confirmed boolean, "createdAt" timestamptz)`,
    [list, now],
  )
  await tx.query(
    `insert into iam.membership (user_id, tenant_id, is_default, permissions, created_at)
     select u.id, $2, true, array(select jsonb_array_elements_text(u.permissions)), $3
       from jsonb_to_recordset($1::jsonb) as u (id uuid, permissions jsonb)`,
    [list, id, now],
  )
  await tx.query(
    `insert into iam.membership_role (user_id, tenant_id, role_id)
     select distinct u.id, $2::uuid, role::uuid
       from jsonb_to_recordset($1::jsonb) as u (id uuid, roles jsonb), jsonb_array_elements_text(u.roles) as role`,
    [list, id],
  )
}
