import type { Queryable, Tx } from '#lib/postgres'

/** SQL: whether user `u` may do something beyond tenants. */
const BEYOND_TENANTS = `(u.permissions <> '{}' or exists (select from iam.platform_role p where p.user_id = u.id))`

/** What the check of a password needs of a person. */
export interface LoginAccount {
  readonly id: string
  readonly passwordHash: string | undefined
  /** For the record: a tenant that the user belongs to, ACTIVE or not. */
  readonly tenantId: string | undefined
  /** The tenant in which a login acts: the default one, or the first other that is ACTIVE. */
  readonly actsIn: string | undefined
  /** Whether the user is ACTIVE and has somewhere to act: in an ACTIVE tenant, or beyond tenants. */
  readonly active: boolean
}

interface LoginRow {
  readonly id: string
  readonly password_hash: string | null
  readonly tenant_id: string | null
  readonly active: boolean
  readonly homeless: boolean
}

/** Services are not found: they have no password. */
export async function findLoginAccount(db: Queryable, username: string): Promise<LoginAccount | undefined> {
  const [row] = await db.query<LoginRow>(
    {
      name: 'iam-login-account',
      text: `select u.id, u.password_hash, m.tenant_id, u.status = 'ACTIVE' and (m.status = 'ACTIVE' or ${BEYOND_TENANTS}
                    or not exists (select from iam.membership any_of where any_of.user_id = u.id)) as active,
                    m.status is distinct from 'ACTIVE' as homeless
               from iam.user u
               left join lateral (
                 select m.tenant_id, n.status from iam.membership m join iam.tenant n on n.id = m.tenant_id
                  where m.user_id = u.id order by n.status = 'ACTIVE' desc, m.is_default desc, m.created_at, m.tenant_id limit 1) m on true
              where u.kind = 'user' and u.username = $1`,
    },
    [username],
  )
  if (row === undefined) return undefined
  return {
    id: row.id,
    passwordHash: row.password_hash ?? undefined,
    tenantId: row.tenant_id ?? undefined,
    actsIn: row.homeless ? undefined : (row.tenant_id ?? undefined),
    active: row.active,
  }
}

/** The hash of a person's own password; undefined for a service, and for a person who has none. The transaction must see all. */
export async function findPasswordHash(tx: Tx, userId: string): Promise<string | undefined> {
  const [row] = await tx.query<{ password_hash: string | null }>(
    `select password_hash from iam.user where id = $1 and kind = 'user'`,
    [userId],
  )
  return row?.password_hash ?? undefined
}

/** Whether the user still may log in with the password of that hash; keeps it so until the transaction ends. */
export async function lockLoginAccount(tx: Tx, { id, passwordHash }: LoginAccount): Promise<boolean> {
  const rows = await tx.query(
    {
      name: 'iam-login-lock',
      text: `select from iam.user where id = $1 and status = 'ACTIVE' and password_hash = $2 for share`,
    },
    [id, passwordHash],
  )
  return rows.length === 1
}

/** Another hash of the same password, unless there is another password by now. */
export async function replacePasswordHash(
  tx: Tx,
  userId: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  await tx.query('update iam.user set password_hash = $3 where id = $1 and password_hash = $2', [userId, from, to])
}
