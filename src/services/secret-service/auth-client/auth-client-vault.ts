import type { Tx } from '#lib/postgres'
import type { SecretParts } from '../deps.ts'
import type { Fields } from '../vault/vault.ts'
import type { AuthClient, OpenAuthClient } from './auth-client.ts'
import type { StoredAuthClient } from './auth-client-store.ts'

/** The client with its credentials sealed for its version. */
export async function sealAuthClient(
  { vault }: Pick<SecretParts, 'vault'>,
  tx: Tx,
  { client, credentials }: OpenAuthClient,
): Promise<StoredAuthClient> {
  return { ...client, ...(await vault.seal(tx, placeOf(client), credentials)) }
}

/** All fields of a client, credentials in clear. */
export async function openAuthClient(
  { vault }: Pick<SecretParts, 'vault'>,
  tx: Tx,
  client: StoredAuthClient,
): Promise<Fields> {
  return { ...client.settings, ...(await vault.open(tx, placeOf(client), client)) }
}

function placeOf({ id, tenantId, version }: AuthClient) {
  return { kind: 'auth-client' as const, tenantId, id, version }
}
