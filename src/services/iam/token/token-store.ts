import type { Tx } from '#lib/postgres'
import type { Token, TokenType } from './token.ts'

/** Stores a token without a value, with the commit: nobody can act by it yet. */
export function insertToken(tx: Tx, token: Token): void {
  tx.defer(
    {
      name: 'iam-token-insert',
      text: `
        insert into iam.token (id, user_id, tenant_id, type, permissions, scope, expires_at, created_at,
                               description, inquirer, flow_id, made_by, lifespan, secrets)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    },
    [
      token.id,
      token.userId,
      token.tenantId ?? null,
      token.type,
      token.permissions,
      token.scope ?? null,
      token.expiresAt ?? null,
      token.createdAt,
      token.description ?? null,
      token.inquirer ?? null,
      token.flowId ?? null,
      token.madeBy ?? null,
      token.lifespan ?? null,
      token.secretIds ?? [],
    ],
  )
}

/** A text by which a token is known, as its hash, stored with the commit. It ends with its token unless it is replaced before. */
export function insertTokenValue(
  tx: Tx,
  { hash, tokenId, createdAt }: { hash: Buffer; tokenId: string; createdAt: Date },
): void {
  tx.defer(
    {
      name: 'iam-token-value-insert',
      text: 'insert into iam.token_value (hash, token_id, created_at) values ($1, $2, $3)',
    },
    [hash, tokenId, createdAt],
  )
}

/** Lets all values of the token end at that moment, unless they end before. */
export async function endTokenValues(tx: Tx, tokenId: string, at: Date): Promise<void> {
  await tx.query('update iam.token_value set expires_at = least(expires_at, $2) where token_id = $1', [tokenId, at])
}

/** Deletes up to `most` values that were replaced and whose time is over. */
export async function deleteExpiredValues(tx: Tx, now: Date, most: number): Promise<number> {
  const rows = await tx.query(
    `delete from iam.token_value where hash in (
       select hash from iam.token_value where expires_at <= $1 order by expires_at limit $2 for update skip locked)
     returning 1`,
    [now, most],
  )
  return rows.length
}

/** Stores when the token ends. */
export async function updateTokenExpiry(tx: Tx, id: string, expiresAt: Date | undefined): Promise<void> {
  await tx.query('update iam.token set expires_at = $2 where id = $1', [id, expiresAt ?? null])
}

/** Notes when tokens were used last, for those of which nothing as late is known. */
export async function touchTokens(tx: Tx, ids: readonly string[], usedAt: Date): Promise<void> {
  await tx.query(
    `update iam.token set used_at = $2
      where id in (select id from iam.token where id = any ($1) and (used_at is null or used_at < $2)
                    order by id for update skip locked)`,
    [ids, usedAt],
  )
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

/** Deletes the oldest logins of a user, so that about `most` are left: logins at the same moment do not wait for each other. */
export async function deleteOldestLogins(tx: Tx, userId: string, most: number): Promise<DeletedToken[]> {
  const rows = await tx.query<DeletedRow>(
    {
      name: 'iam-login-oldest',
      // Nested, as a lock beside an offset would take the rows that are skipped as well: every login that stays.
      text: `
        delete from iam.token where id in (
          select id from iam.token where id in (
            select id from iam.token where user_id = $1 and type = 'SELF' order by created_at desc, id desc offset $2)
             for update skip locked)
        returning id, user_id, tenant_id`,
    },
    [userId, most],
  )
  return rows.map(toDeleted)
}

/** Which tokens are to go: one, those of a user or of several, or of these in a tenant. */
export type TokenFilter = TokenOwner & {
  /** Only those that a login gave. */
  readonly ofLogin?: boolean
  /** Only those that this user has made. */
  readonly madeBy?: string
  /** This one stays. */
  readonly except?: string
}

type TokenOwner =
  | { readonly id: string; readonly userId?: undefined; readonly tenantId?: undefined }
  | { readonly id?: undefined; readonly userId: string | readonly string[]; readonly tenantId?: string | undefined }

/** Deletes all that fit and that the transaction may see. */
export async function deleteTokens(
  tx: Tx,
  { id, userId, tenantId, ofLogin, madeBy, except }: TokenFilter,
): Promise<DeletedToken[]> {
  const rows = await tx.query<DeletedRow>(
    `delete from iam.token
      where ($1::uuid[] is null or user_id = any ($1)) and ($2::uuid is null or tenant_id = $2)
        and (not $3 or type = 'SELF') and ($4::uuid is null or id <> $4) and ($5::uuid is null or id = $5)
        and ($6::uuid is null or made_by = $6)
     returning id, user_id, tenant_id`,
    [
      userId === undefined ? null : [userId].flat(),
      tenantId ?? null,
      ofLogin ?? false,
      except ?? null,
      id ?? null,
      madeBy ?? null,
    ],
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

/** A token as it is kept. */
export interface KeptToken extends Token {
  /** To about a minute. Undefined = never. */
  readonly usedAt: Date | undefined
  /** By how many values it is known at present. */
  readonly values: number
}

interface TokenRow {
  readonly id: string
  readonly user_id: string
  readonly tenant_id: string | null
  readonly type: TokenType
  readonly permissions: readonly string[]
  readonly scope: readonly string[] | null
  readonly expires_at: Date | null
  readonly created_at: Date
  readonly description: string | null
  readonly inquirer: string | null
  readonly flow_id: string | null
  readonly secrets: readonly string[]
  readonly made_by: string | null
  readonly lifespan: number | null
  readonly used_at: Date | null
  readonly value_count: number
}

const COLUMNS = `t.id, t.user_id, t.tenant_id, t.type, t.permissions, t.scope, t.expires_at, t.created_at, t.description, t.inquirer,
  t.flow_id, t.secrets, t.made_by, t.lifespan, t.used_at,
  (select count(*)::integer from iam.token_value v
    where v.token_id = t.id and (v.expires_at is null or v.expires_at > $1)) as value_count`

const IN_FORCE = '(t.expires_at is null or t.expires_at > $1)'

/** A token whose time is not over; `forUpdate` lets nobody else change it until the transaction ends. */
export async function findToken(
  tx: Tx,
  id: string,
  now: Date,
  { forUpdate = false }: { forUpdate?: boolean } = {},
): Promise<KeptToken | undefined> {
  const [row] = await tx.query<TokenRow>(
    `select ${COLUMNS} from iam.token t where t.id = $2 and ${IN_FORCE} ${forUpdate ? 'for update' : ''}`,
    [now, id],
  )
  return row && toToken(row)
}

/** What a list of tokens is narrowed down to. */
export interface TokenQuery {
  readonly userId?: string | undefined
  /** Of the value. */
  readonly hash?: Buffer | undefined
}

/** Tokens whose time is not over, the newest first. */
export async function listTokens(
  tx: Tx,
  { userId, hash }: TokenQuery,
  page: { readonly limit: number; readonly offset: number },
  now: Date,
): Promise<{ items: KeptToken[]; total: number }> {
  const where = `${IN_FORCE} and ($2::uuid is null or t.user_id = $2)
    and ($3::bytea is null or t.id = (select v.token_id from iam.token_value v where v.hash = $3))`
  const values = [now, userId ?? null, hash ?? null]
  const rows = await tx.query<TokenRow>(
    `select ${COLUMNS} from iam.token t where ${where} order by t.created_at desc, t.id desc limit $4 offset $5`,
    [...values, page.limit, page.offset],
  )
  const [count] = await tx.query<{ total: number }>(`select count(*) as total from iam.token t where ${where}`, values)
  return { items: rows.map(toToken), total: count?.total ?? 0 }
}

/** A made token that is the same in all that is asked for; its time is not over. The user is locked. */
export async function findSameToken(tx: Tx, token: Token, now: Date): Promise<KeptToken | undefined> {
  const [row] = await tx.query<TokenRow>(
    `select ${COLUMNS} from iam.token t
      where ${IN_FORCE} and t.user_id = $2 and t.tenant_id is not distinct from $3::uuid and t.type = $4
        and t.inquirer is not distinct from $5 and t.lifespan is not distinct from $6 and t.made_by is not distinct from $7::uuid
        and t.permissions @> $8 and t.permissions <@ $8
        and ((t.scope is null and $9::text[] is null) or (t.scope @> $9 and t.scope <@ $9))
      order by t.created_at limit 1 for update`,
    [
      now,
      token.userId,
      token.tenantId ?? null,
      token.type,
      token.inquirer ?? null,
      token.lifespan ?? null,
      token.madeBy ?? null,
      token.permissions,
      token.scope ?? null,
    ],
  )
  return row && toToken(row)
}

/** The token by which the runs of a flow act in the name of a user and with these secrets, over or not; nobody else changes it until the transaction ends. */
export async function findRunToken(
  tx: Tx,
  { flowId, userId, tenantId, secretIds = [] }: Pick<Token, 'flowId' | 'userId' | 'tenantId' | 'secretIds'>,
  now: Date,
): Promise<KeptToken | undefined> {
  const [row] = await tx.query<TokenRow>(
    `select ${COLUMNS} from iam.token t
      where t.flow_id = $2 and t.user_id = $3 and t.tenant_id = $4 and t.secrets = $5::uuid[] for update`,
    [now, flowId, userId, tenantId, secretIds],
  )
  return row && toToken(row)
}

/** How many tokens are kept for a user, beside logins and those of runs. */
export async function countMadeTokens(tx: Tx, userId: string, now: Date): Promise<number> {
  const [row] = await tx.query<{ made: number }>(
    `select count(*)::integer as made from iam.token t where ${IN_FORCE} and t.user_id = $2 and t.type not in ('SELF', 'DELEGATE')`,
    [now, userId],
  )
  return row?.made ?? 0
}

function toToken(row: TokenRow): KeptToken {
  return {
    id: row.id,
    userId: row.user_id,
    tenantId: row.tenant_id ?? undefined,
    type: row.type,
    permissions: row.permissions,
    scope: row.scope ?? undefined,
    expiresAt: row.expires_at ?? undefined,
    createdAt: row.created_at,
    description: row.description ?? undefined,
    inquirer: row.inquirer ?? undefined,
    flowId: row.flow_id ?? undefined,
    secretIds: row.secrets,
    madeBy: row.made_by ?? undefined,
    lifespan: row.lifespan ?? undefined,
    usedAt: row.used_at ?? undefined,
    values: row.value_count,
  }
}
