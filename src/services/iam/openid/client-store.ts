import type { Tx } from '#lib/postgres'
import type { Client, ClientType } from './client.ts'

interface ClientRow {
  readonly id: string
  readonly name: string
  readonly type: ClientType
  readonly redirect_uris: readonly string[]
  readonly post_logout_redirect_uris: readonly string[]
  readonly trusted: boolean
  readonly created_at: Date
  readonly changed_at: Date
}

const COLUMNS = 'id, name, type, redirect_uris, post_logout_redirect_uris, trusted, created_at, changed_at'

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

/** A client as the provider needs it. */
export interface ClientWithSecret {
  readonly client: Client
  readonly secretHash: Buffer | undefined
  /** Of the secret before, while it is good beside the present one. */
  readonly formerSecretHash: Buffer | undefined
}

/** Undefined when there is none. */
export async function findClientWithSecret(tx: Tx, id: string, now: Date): Promise<ClientWithSecret | undefined> {
  const [row] = await tx.query<ClientRow & { secret_hash: Buffer | null; former: Buffer | null }>(
    {
      name: 'iam-openid-client',
      text: `select ${COLUMNS}, secret_hash, case when former_secret_until > $2 then former_secret_hash end as former
               from iam.client where id = $1`,
    },
    [id, now],
  )
  return (
    row && {
      client: toClient(row),
      secretHash: row.secret_hash ?? undefined,
      formerSecretHash: row.former ?? undefined,
    }
  )
}

/** Stores a new client; `secretHash` for one that keeps a secret. */
export async function insertClient(tx: Tx, client: Client, secretHash: Buffer | undefined): Promise<void> {
  const { id, name, type, redirectUris, postLogoutRedirectUris, trusted, createdAt, changedAt } = client
  await tx.query(`insert into iam.client (${COLUMNS}, secret_hash) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, [
    id,
    name,
    type,
    redirectUris,
    postLogoutRedirectUris,
    trusted,
    createdAt,
    changedAt,
    secretHash ?? null,
  ])
}

/** Stores the client as it is now; the secret stays. */
export async function updateClient(tx: Tx, client: Client): Promise<void> {
  const { id, name, redirectUris, postLogoutRedirectUris, trusted, changedAt } = client
  await tx.query(
    `update iam.client set name = $2, redirect_uris = $3, post_logout_redirect_uris = $4, trusted = $5, changed_at = $6 where id = $1`,
    [id, name, redirectUris, postLogoutRedirectUris, trusted, changedAt],
  )
}

/** Gives a client another secret; the one that it had is good until then, and any before is not. */
export async function renewSecret(
  tx: Tx,
  { id, changedAt }: Client,
  { secretHash, formerUntil }: { readonly secretHash: Buffer; readonly formerUntil: Date },
): Promise<void> {
  await tx.query(
    `update iam.client set former_secret_hash = secret_hash, former_secret_until = $3, secret_hash = $2, changed_at = $4 where id = $1`,
    [id, secretHash, formerUntil, changedAt],
  )
}

/** Deletes the client with all that was granted to it. */
export async function deleteClient(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from iam.client where id = $1', [id])
}

function toClient(row: ClientRow): Client {
  const { id, name, type, trusted, redirect_uris: redirectUris, created_at: createdAt, changed_at: changedAt } = row
  const postLogoutRedirectUris = row.post_logout_redirect_uris
  return { id, name, type, redirectUris, postLogoutRedirectUris, trusted, createdAt, changedAt }
}
