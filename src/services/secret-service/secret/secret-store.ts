import type { Tx } from '#lib/postgres'
import type { Owner } from '../owners.ts'
import type { Fields, SealedFields } from '../vault/vault.ts'
import type { RefreshError, Secret } from './secret.ts'
import type { SecretType } from './secret-type.ts'

/** A secret's row. */
export interface SecretRow {
  readonly id: string
  readonly tenant_id: string
  readonly name: string
  readonly type: SecretType
  readonly domain: string | null
  readonly owners: Owner[]
  readonly auth_client_id: string | null
  readonly external_id: string | null
  readonly token_origin: string | null
  readonly allowed_hosts: string[]
  readonly version: number
  readonly expires_at: Date | null
  readonly renews: boolean
  readonly warn_at: Date | null
  readonly current_error: RefreshError | null
  readonly next_refresh_at: Date | null
  readonly refreshed_at: Date | null
  readonly created_at: Date
  readonly updated_at: Date
}

/** One version of a secret's value, sealed. */
export interface StoredValue extends SealedFields {
  readonly version: number
  readonly plain: Fields
  readonly createdAt: Date
  /** Until when a replaced one is good; undefined = in force. */
  readonly validUntil: Date | undefined
}

const NAMES = [
  ...['id', 'tenant_id', 'name', 'type', 'domain', 'owners', 'auth_client_id', 'external_id'],
  ...[
    'token_origin',
    'allowed_hosts',
    'version',
    'expires_at',
    'renews',
    'warn_at',
    'current_error',
    'next_refresh_at',
    'refreshed_at',
  ],
  ...['created_at', 'updated_at'],
]
const COLUMNS = NAMES.join(', ')

/** SQL for the columns of `SecretRow` of table `s`. */
export const SECRET_COLUMNS = NAMES.map((name) => `s.${name}`).join(', ')

/** Stores a new secret. */
export async function insertSecret(tx: Tx, secret: Secret): Promise<void> {
  const places = NAMES.map((_, index) => `$${index + 1}`).join(', ')
  await tx.query(`insert into secret_service.secret (${COLUMNS}) values (${places})`, toValues(secret))
}

/** Stores every field of a secret anew; the lease of a refresh stays as it is. */
export async function updateSecret(tx: Tx, secret: Secret): Promise<void> {
  await tx.query(
    `update secret_service.secret
        set (${COLUMNS}, refresh_failures) =
            row ($1::uuid, $2::uuid, $3, $4, $5, $6::jsonb, $7::uuid, $8, $9, $10::text[], $11::integer, $12::timestamptz, $13::boolean,
                 $14::timestamptz, $15::jsonb, $16::timestamptz, $17::timestamptz, $18::timestamptz, $19::timestamptz,
                 case when $15::jsonb is null then 0 else refresh_failures end)
      where id = $1`,
    toValues(secret),
  )
}

/** Locks the secret for the rest of the transaction, where `forUpdate`. */
export async function findSecretById(tx: Tx, id: string, forUpdate = false): Promise<Secret | undefined> {
  const lock = forUpdate ? 'for update' : ''
  const [row] = await tx.query<SecretRow>(`select ${COLUMNS} from secret_service.secret where id = $1 ${lock}`, [id])
  return row && toSecret(row)
}

/** The secret of a tenant that was obtained through the client for somebody the provider knows, locked. */
export async function findSecretByExternalId(
  tx: Tx,
  { tenantId, authClientId, externalId }: { tenantId: string; authClientId: string; externalId: string },
): Promise<Secret | undefined> {
  const [row] = await tx.query<SecretRow>(
    `select ${COLUMNS} from secret_service.secret where tenant_id = $1 and auth_client_id = $2 and external_id = $3 for update`,
    [tenantId, authClientId, externalId],
  )
  return row && toSecret(row)
}

/** What a list of secrets is narrowed down to. */
export interface SecretFilter {
  /** Any of whom must be an owner. */
  readonly owners: readonly Owner[]
  readonly type?: SecretType | undefined
  readonly authClientId?: string | undefined
  /** Part of the name, in any case. */
  readonly search?: string | undefined
}

/** The secrets of a page, the oldest first, and how many there are in all. */
export async function listSecrets(
  tx: Tx,
  { owners, type, authClientId, search }: SecretFilter,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<{ secrets: Secret[]; total: number }> {
  const where = `owners @> any ($1::jsonb[]) and ($2::text is null or type = $2) and ($3::uuid is null or auth_client_id = $3)
    and ($4::text is null or strpos(lower(name), lower($4)) > 0)`
  const values = [owners.map((owner) => JSON.stringify([owner])), type ?? null, authClientId ?? null, search ?? null]
  const rows = await tx.query<SecretRow>(
    `select ${COLUMNS} from secret_service.secret where ${where} order by created_at, id limit $5 offset $6`,
    [...values, limit, offset],
  )
  const [count] = await tx.query<{ total: number }>(
    `select count(*) as total from secret_service.secret where ${where}`,
    values,
  )
  return { secrets: rows.map(toSecret), total: count?.total ?? 0 }
}

/** The secrets that somebody owns, of one tenant or of all that the transaction sees, locked in the order of their ids, up to `most`. */
export async function findSecretsOwnedBy(
  tx: Tx,
  owner: Owner,
  tenantId: string | undefined,
  most: number,
): Promise<Secret[]> {
  const rows = await tx.query<SecretRow>(
    `select ${COLUMNS} from secret_service.secret
      where owners @> $1::jsonb and ($2::uuid is null or tenant_id = $2) order by id limit $3 for update`,
    [JSON.stringify([owner]), tenantId ?? null, most],
  )
  return rows.map(toSecret)
}

/** Removes a secret with all its values; one that is not there is no error. */
export async function deleteSecretById(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from secret_service.secret where id = $1', [id])
}

/** Removes up to `most` secrets of a tenant; resolves to what they were. */
export async function deleteSecretsOf(tx: Tx, tenantId: string, most: number): Promise<Secret[]> {
  const rows = await tx.query<SecretRow>(
    `delete from secret_service.secret where id in (
       select id from secret_service.secret where tenant_id = $1 limit $2) returning ${COLUMNS}`,
    [tenantId, most],
  )
  return rows.map(toSecret)
}

/** Removes the warnings that are due, up to `most`; resolves to the secrets to warn of. */
export async function takeDueWarnings(tx: Tx, now: Date, most: number): Promise<Secret[]> {
  const rows = await tx.query<SecretRow>(
    `update secret_service.secret set warn_at = null where id in (
       select id from secret_service.secret where warn_at <= $1 order by warn_at limit $2 for update skip locked)
     returning ${COLUMNS}`,
    [now, most],
  )
  return rows.map(toSecret)
}

/** Stores a version of a value. */
export async function insertValue(
  tx: Tx,
  { id, tenantId }: Pick<Secret, 'id' | 'tenantId'>,
  { version, plain, keyVersion, sealed, createdAt }: StoredValue,
): Promise<void> {
  await tx.query(
    `insert into secret_service.secret_value (secret_id, version, tenant_id, plain, key_version, sealed, created_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, version, tenantId, JSON.stringify(plain), keyVersion, JSON.stringify(sealed), createdAt],
  )
}

/** The version in force is replaced: it stays good until `validUntil`, and goes at once where that is undefined. */
export async function retireValue(tx: Tx, secretId: string, validUntil: Date | undefined): Promise<void> {
  if (validUntil === undefined) {
    await tx.query('delete from secret_service.secret_value where secret_id = $1 and valid_until is null', [secretId])
  } else {
    await tx.query(
      'update secret_service.secret_value set valid_until = $2 where secret_id = $1 and valid_until is null',
      [secretId, validUntil],
    )
  }
}

/** Former versions are good until `end` at the longest. Resolves to whether that ended one earlier. */
export async function endFormerValues(tx: Tx, secretId: string, end: Date): Promise<boolean> {
  const rows = await tx.query(
    'update secret_service.secret_value set valid_until = $2 where secret_id = $1 and valid_until > $2 returning version',
    [secretId, end],
  )
  return rows.length > 0
}

/** The versions of a value that are good at a moment, the one in force first. */
export async function findValues(tx: Tx, secretId: string, now: Date): Promise<StoredValue[]> {
  const rows = await tx.query<ValueRow>(
    `select version, plain, key_version, sealed, created_at, valid_until from secret_service.secret_value
      where secret_id = $1 and (valid_until is null or valid_until > $2) order by version desc`,
    [secretId, now],
  )
  return rows.map(toValue)
}

/** Removes every version of a secret's value; the caller stores another one. */
export async function deleteValues(tx: Tx, secretId: string): Promise<void> {
  await tx.query('delete from secret_service.secret_value where secret_id = $1', [secretId])
}

/** Removes versions whose time is over, up to `most`; resolves to their number. */
export async function deleteOldValues(tx: Tx, now: Date, most: number): Promise<number> {
  const rows = await tx.query(
    `delete from secret_service.secret_value where (secret_id, version) in (
       select secret_id, version from secret_service.secret_value where valid_until <= $1 limit $2 for update skip locked)
     returning version`,
    [now, most],
  )
  return rows.length
}

/** A version's row. */
export interface ValueRow {
  readonly version: number
  readonly plain: Fields
  readonly key_version: number
  readonly sealed: Readonly<Record<string, string>>
  readonly created_at: Date
  readonly valid_until: Date | null
}

/** The version that a row holds. */
export function toValue(row: ValueRow): StoredValue {
  return {
    version: row.version,
    plain: row.plain,
    keyVersion: row.key_version,
    sealed: row.sealed,
    createdAt: row.created_at,
    validUntil: row.valid_until ?? undefined,
  }
}

/** The secret that a row holds. */
export function toSecret(row: SecretRow): Secret {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    type: row.type,
    domain: row.domain ?? undefined,
    owners: row.owners,
    authClientId: row.auth_client_id ?? undefined,
    externalId: row.external_id ?? undefined,
    tokenOrigin: row.token_origin ?? undefined,
    allowedHosts: row.allowed_hosts,
    version: row.version,
    expiresAt: row.expires_at ?? undefined,
    renews: row.renews,
    warnAt: row.warn_at ?? undefined,
    currentError: row.current_error ?? undefined,
    nextRefreshAt: row.next_refresh_at ?? undefined,
    refreshedAt: row.refreshed_at ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function toValues(secret: Secret): unknown[] {
  const { id, tenantId, name, type, domain, owners, authClientId, externalId, tokenOrigin } = secret
  const {
    allowedHosts,
    version,
    expiresAt,
    renews,
    warnAt,
    currentError,
    nextRefreshAt,
    refreshedAt,
    createdAt,
    updatedAt,
  } = secret
  return [
    ...[id, tenantId, name, type, domain ?? null, JSON.stringify(owners), authClientId ?? null, externalId ?? null],
    ...[tokenOrigin ?? null, allowedHosts, version, expiresAt ?? null, renews, warnAt ?? null],
    ...[currentError === undefined ? null : JSON.stringify(currentError), nextRefreshAt ?? null, refreshedAt ?? null],
    ...[createdAt, updatedAt],
  ]
}
