import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import type { User } from '../user/user.ts'
import { ROLE_IDS, ROLES_JSON, toUser, USER_COLUMNS, type UserRow } from '../user/user-store.ts'
import type { Token, TokenType } from './token.ts'

/** Stores a token by the hash of its text. */
export async function insertToken(tx: Tx, token: Token, hash: Buffer): Promise<void> {
  await tx.query(
    `insert into iam.token (id, hash, user_id, tenant_id, type, permissions, expires_at, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      token.id,
      hash,
      token.userId,
      token.tenantId ?? null,
      token.type,
      token.permissions,
      token.expiresAt ?? null,
      token.createdAt,
    ],
  )
}

/** Deletes that token; false when it is gone already. */
export async function deleteTokenById(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.query('delete from iam.token where id = $1 returning id', [id])
  return rows.length === 1
}

/** A token that is gone. */
export interface DeletedToken {
  readonly id: string
  readonly userId: string
  readonly tenantId: string | undefined
}

/** Deletes up to `most` tokens whose time is over, without waiting for those that another process is deleting. */
export async function deleteExpiredTokens(tx: Tx, now: Date, most: number): Promise<DeletedToken[]> {
  const rows = await tx.query<DeletedRow>(
    `delete from iam.token where id in (
       select id from iam.token where expires_at <= $1 order by expires_at limit $2 for update skip locked)
     returning id, user_id, tenant_id`,
    [now, most],
  )
  return rows.map(toDeleted)
}

/** Which tokens are to go: of a user, of a tenant, of a user in a tenant. */
export type TokenFilter = TokenOwner & {
  /** Only those that a login gave. */
  readonly ofLogin?: boolean
  /** This one stays. */
  readonly except?: string
}

type TokenOwner =
  | { readonly userId: string; readonly tenantId?: string | undefined }
  | { readonly userId?: undefined; readonly tenantId: string }

/** Deletes all that fit and that the transaction may see. */
export async function deleteTokens(
  tx: Tx,
  { userId, tenantId, ofLogin, except }: TokenFilter,
): Promise<DeletedToken[]> {
  const rows = await tx.query<DeletedRow>(
    `delete from iam.token
      where ($1::uuid is null or user_id = $1) and ($2::uuid is null or tenant_id = $2)
        and (not $3 or type = 'SELF') and ($4::uuid is null or id <> $4)
     returning id, user_id, tenant_id`,
    [userId ?? null, tenantId ?? null, ofLogin ?? false, except ?? null],
  )
  return rows.map(toDeleted)
}

interface DeletedRow {
  readonly id: string
  readonly user_id: string
  readonly tenant_id: string | null
}

function toDeleted({ id, user_id, tenant_id }: DeletedRow): DeletedToken {
  return { id, userId: user_id, tenantId: tenant_id ?? undefined }
}

/** SQL for what token `t` allows: its own permissions, the account's, those of the membership it acts in, those of all roles. */
const PERMISSIONS = `array(
  select unnest(t.permissions) union select unnest(u.permissions) union select unnest(m.permissions)
  union select unnest(r.permissions) from iam.role r where r.id in (${ROLE_IDS}))`

/** SQL for tokens in force at $2: not over, the user and the tenant ACTIVE. The time is looked at, not the clean-up relied upon. */
const FROM_TOKENS = `
    from iam.token t
    join iam.user u on u.id = t.user_id and u.status = 'ACTIVE'
    left join iam.membership m on m.user_id = t.user_id and m.tenant_id = t.tenant_id
    left join iam.tenant n on n.id = t.tenant_id
   where (t.expires_at is null or t.expires_at > $2) and (t.tenant_id is null or n.status = 'ACTIVE')`

interface PrincipalRow {
  readonly id: string
  readonly user_id: string
  readonly kind: 'user' | 'service'
  readonly tenant_id: string | null
  readonly expires_at: Date | null
  readonly permissions: readonly string[]
}

/** Whom a token in force stands for: by the hash of the token, or by its id. */
export async function findPrincipal(tx: Tx, by: Buffer | string, now: Date): Promise<Principal | undefined> {
  const [name, column] = typeof by === 'string' ? ['iam-principal-by-id', 't.id'] : ['iam-principal', 't.hash']
  const [row] = await tx.query<PrincipalRow>(
    {
      name,
      text: `select t.id, t.user_id, u.kind, t.tenant_id, t.expires_at, ${PERMISSIONS} as permissions
             ${FROM_TOKENS} and ${column} = $1`,
    },
    [by, now],
  )
  if (row === undefined) return undefined
  return {
    kind: row.kind,
    id: row.user_id,
    tokenId: row.id,
    permissions: new Set(row.permissions),
    ...(row.tenant_id === null ? {} : { tenant: row.tenant_id }),
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at.getTime() }),
  }
}

/** A token in force with its user, as seen in the tenant it acts in; `user.permissions` are all that it allows. */
export interface TokenAccount {
  readonly user: User
  readonly token: { readonly id: string; readonly type: TokenType; readonly expiresAt: Date | undefined }
}

type AccountRow = UserRow & { readonly token_id: string; readonly type: TokenType; readonly expires_at: Date | null }

/** By the hash of the token, or by its id. */
export async function findTokenAccount(tx: Tx, by: Buffer | string, now: Date): Promise<TokenAccount | undefined> {
  const [row] = await tx.query<AccountRow>(
    `select ${USER_COLUMNS}, t.tenant_id, ${PERMISSIONS} as permissions, ${ROLES_JSON} as roles,
            t.id as token_id, t.type, t.expires_at
     ${FROM_TOKENS} and ${typeof by === 'string' ? 't.id' : 't.hash'} = $1`,
    [by, now],
  )
  if (row === undefined) return undefined
  return { user: toUser(row), token: { id: row.token_id, type: row.type, expiresAt: row.expires_at ?? undefined } }
}
