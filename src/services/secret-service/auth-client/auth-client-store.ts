import { fieldError } from '#lib/errors'
import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { type Owner, owns } from '../owners.ts'
import type { Secret } from '../secret/secret.ts'
import type { SealedFields } from '../vault/vault.ts'
import type { AuthClient } from './auth-client.ts'
import type { AuthClientType } from './auth-client-type.ts'

interface AuthClientRow {
  readonly id: string
  readonly tenant_id: string
  readonly name: string
  readonly type: AuthClientType
  readonly owners: Owner[]
  readonly settings: Readonly<Record<string, unknown>>
  readonly key_version: number
  readonly sealed: Readonly<Record<string, string>>
  readonly version: number
  readonly created_at: Date
  readonly updated_at: Date
}

const COLUMNS = 'id, tenant_id, name, type, owners, settings, key_version, sealed, version, created_at, updated_at'

/** An auth client with its credentials, sealed for its version. */
export interface StoredAuthClient extends AuthClient, SealedFields {}

/** Stores a new auth client. */
export async function insertAuthClient(tx: Tx, client: StoredAuthClient): Promise<void> {
  await tx.query(
    `insert into secret_service.auth_client (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    toValues(client),
  )
}

/** Stores every field of an auth client anew. */
export async function updateAuthClient(tx: Tx, client: StoredAuthClient): Promise<void> {
  await tx.query(
    `update secret_service.auth_client
        set (${COLUMNS}) = row ($1::uuid, $2::uuid, $3, $4, $5::jsonb, $6::jsonb, $7::integer, $8::jsonb, $9::integer,
                                $10::timestamptz, $11::timestamptz)
      where id = $1`,
    toValues(client),
  )
}

/** Locks the auth client for the rest of the transaction, where `forUpdate`. */
export async function findAuthClientById(tx: Tx, id: string, forUpdate = false): Promise<StoredAuthClient | undefined> {
  const lock = forUpdate ? 'for update' : ''
  const [row] = await tx.query<AuthClientRow>(
    `select ${COLUMNS} from secret_service.auth_client where id = $1 ${lock}`,
    [id],
  )
  return row && toAuthClient(row)
}

/** The auth clients of a page that any of these owns, the oldest first, and how many there are in all. */
export async function listAuthClients(
  tx: Tx,
  owners: readonly Owner[],
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<{ clients: StoredAuthClient[]; total: number }> {
  const values = [owners.map((owner) => JSON.stringify([owner]))]
  const rows = await tx.query<AuthClientRow>(
    `select ${COLUMNS} from secret_service.auth_client where owners @> any ($1::jsonb[]) order by created_at, id limit $2 offset $3`,
    [...values, limit, offset],
  )
  const [count] = await tx.query<{ total: number }>(
    'select count(*) as total from secret_service.auth_client where owners @> any ($1::jsonb[])',
    values,
  )
  return { clients: rows.map(toAuthClient), total: count?.total ?? 0 }
}

/** The auth clients that somebody owns, of one tenant or of all that the transaction sees, locked in the order of their ids, up to `most`. */
export async function findAuthClientsOwnedBy(
  tx: Tx,
  owner: Owner,
  tenantId: string | undefined,
  most: number,
): Promise<StoredAuthClient[]> {
  const rows = await tx.query<AuthClientRow>(
    `select ${COLUMNS} from secret_service.auth_client
      where owners @> $1::jsonb and ($2::uuid is null or tenant_id = $2) order by id limit $3 for update`,
    [JSON.stringify([owner]), tenantId ?? null, most],
  )
  return rows.map(toAuthClient)
}

/** Removes an auth client; one that is not there is no error. */
export async function deleteAuthClientById(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from secret_service.auth_client where id = $1', [id])
}

/** Removes up to `most` auth clients of a tenant; resolves to what they were. */
export async function deleteAuthClientsOf(tx: Tx, tenantId: string, most: number): Promise<StoredAuthClient[]> {
  const rows = await tx.query<AuthClientRow>(
    `delete from secret_service.auth_client where id in (
       select id from secret_service.auth_client where tenant_id = $1 limit $2) returning ${COLUMNS}`,
    [tenantId, most],
  )
  return rows.map(toAuthClient)
}

/**
 * Throws `invalid-body` unless the auth client that a secret names is there, in the secret's tenant, of the secret's type, and one that the principal
 * may use: its credentials are what tokens of services are obtained by.
 */
export async function demandAuthClient(
  tx: Tx,
  principal: Pick<Principal, 'id' | 'tenant'>,
  { authClientId, tenantId, type }: Pick<Secret, 'authClientId' | 'tenantId' | 'type'>,
): Promise<void> {
  if (authClientId === undefined) return
  const client = await findAuthClientById(tx, authClientId)
  if (client?.tenantId === tenantId && client.type === type && owns(principal, client)) return
  throw fieldError(
    'invalid-body',
    'value.authClientId',
    `must be the id of an auth client of type "${type}" that the caller may use`,
  )
}

function toValues(client: StoredAuthClient): unknown[] {
  const { id, tenantId, name, type, owners, settings, keyVersion, sealed, version, createdAt, updatedAt } = client
  const json = { owners: JSON.stringify(owners), settings: JSON.stringify(settings), sealed: JSON.stringify(sealed) }
  return [id, tenantId, name, type, json.owners, json.settings, keyVersion, json.sealed, version, createdAt, updatedAt]
}

function toAuthClient(row: AuthClientRow): StoredAuthClient {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    type: row.type,
    owners: row.owners,
    settings: row.settings,
    keyVersion: row.key_version,
    sealed: row.sealed,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
