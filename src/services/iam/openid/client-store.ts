import type { Tx } from '#lib/postgres'
import type { Client, ClientType } from './client.ts'

interface ClientRow {
  readonly id: string
  readonly name: string
  readonly type: ClientType
  readonly redirect_uris: readonly string[]
  readonly trusted: boolean
  readonly created_at: Date
  readonly changed_at: Date
}

const COLUMNS = 'id, name, type, redirect_uris, trusted, created_at, changed_at'

/** In the order of their registration. */
export async function listClients(
  tx: Tx,
  page: { limit: number; offset: number },
): Promise<{ items: Client[]; total: number }> {
  const rows = await tx.query<ClientRow>(`select ${COLUMNS} from iam.client order by id limit $1 offset $2`, [
    page.limit,
    page.offset,
  ])
  const [count] = await tx.query<{ total: number }>('select count(*) as total from iam.client')
  return { items: rows.map(toClient), total: count?.total ?? 0 }
}

/** Undefined when there is none. */
export async function findClient(tx: Tx, id: string): Promise<Client | undefined> {
  const [row] = await tx.query<ClientRow>(`select ${COLUMNS} from iam.client where id = $1`, [id])
  return row && toClient(row)
}

/** The client, kept from changes of others until the transaction ends. */
export async function lockClient(tx: Tx, id: string): Promise<Client | undefined> {
  const [row] = await tx.query<ClientRow>(`select ${COLUMNS} from iam.client where id = $1 for update`, [id])
  return row && toClient(row)
}

/** With the hash of its secret, as the provider needs it; undefined when there is none. */
export async function findClientWithSecret(
  tx: Tx,
  id: string,
): Promise<{ client: Client; secretHash: Buffer | undefined } | undefined> {
  const [row] = await tx.query<ClientRow & { secret_hash: Buffer | null }>(
    { name: 'iam-openid-client', text: `select ${COLUMNS}, secret_hash from iam.client where id = $1` },
    [id],
  )
  return row && { client: toClient(row), secretHash: row.secret_hash ?? undefined }
}

/** Stores a new client; `secretHash` for one that keeps a secret. */
export async function insertClient(tx: Tx, client: Client, secretHash: Buffer | undefined): Promise<void> {
  const { id, name, type, redirectUris, trusted, createdAt, changedAt } = client
  await tx.query(`insert into iam.client (${COLUMNS}, secret_hash) values ($1, $2, $3, $4, $5, $6, $7, $8)`, [
    id,
    name,
    type,
    redirectUris,
    trusted,
    createdAt,
    changedAt,
    secretHash ?? null,
  ])
}

/** Stores the client as it is now; without a hash the secret stays. */
export async function updateClient(tx: Tx, client: Client, secretHash?: Buffer): Promise<void> {
  const { id, name, redirectUris, trusted, changedAt } = client
  await tx.query(
    `update iam.client set name = $2, redirect_uris = $3, trusted = $4, changed_at = $5,
            secret_hash = coalesce($6, secret_hash) where id = $1`,
    [id, name, redirectUris, trusted, changedAt, secretHash ?? null],
  )
}

/** Deletes the client with all that was granted to it. */
export async function deleteClient(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from iam.client where id = $1', [id])
}

function toClient(row: ClientRow): Client {
  const { id, name, type, trusted, redirect_uris: redirectUris, created_at: createdAt, changed_at: changedAt } = row
  return { id, name, type, redirectUris, trusted, createdAt, changedAt }
}
