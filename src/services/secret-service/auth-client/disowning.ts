import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { eventFields, type SecretParts } from '../deps.ts'
import { isSameOwner, type Owner } from '../owners.ts'
import type { AuthClient } from './auth-client.ts'
import {
  deleteAuthClientById,
  deleteAuthClientsOf,
  findAuthClientsOwnedBy,
  type StoredAuthClient,
  updateAuthClient,
} from './auth-client-store.ts'

type Parts = Pick<SecretParts, 'bus' | 'clock'>
type By = Pick<Principal, 'id'> | undefined

/** Auth clients in one go: few enough to be over soon. */
const BATCH = 200

/** Takes an owner from an auth client that is locked: it stays with its others, or goes with its last one. */
export async function disownAuthClient(
  { bus, clock }: Parts,
  tx: Tx,
  client: StoredAuthClient,
  owner: Owner,
  by: By,
): Promise<void> {
  const owners = client.owners.filter((each) => !isSameOwner(each, owner))
  if (owners.length === 0) return removeAuthClient({ bus }, tx, client, by)
  await updateAuthClient(tx, { ...client, owners, updatedAt: clock() })
  const payload = { ...eventFields(client, by), type: client.type, changed: ['owners'] }
  await bus.publish(tx, { name: 'secret-service.auth-client.modified', payload })
}

/** Removes an auth client that is locked, whoever owns it. */
export async function removeAuthClient({ bus }: Pick<Parts, 'bus'>, tx: Tx, client: AuthClient, by: By): Promise<void> {
  await deleteAuthClientById(tx, client.id)
  await bus.publish(tx, deletionOf(client, by))
}

/** Takes an owner from up to 200 auth clients, of one tenant or of all that the transaction sees; false when none is left. */
export async function disownAuthClients(
  parts: Parts,
  tx: Tx,
  owner: Owner,
  { tenantId, by }: { readonly tenantId?: string | undefined; readonly by: By },
): Promise<boolean> {
  const clients = await findAuthClientsOwnedBy(tx, owner, tenantId, BATCH)
  for (const client of clients) await disownAuthClient(parts, tx, client, owner, by)
  return clients.length === BATCH
}

/** Removes up to 200 auth clients of a tenant; false when none is left. */
export async function removeAuthClientsOf(
  { bus }: Pick<Parts, 'bus'>,
  tx: Tx,
  tenantId: string,
  by: By,
): Promise<boolean> {
  const clients = await deleteAuthClientsOf(tx, tenantId, BATCH)
  await bus.publishAll(
    tx,
    clients.map((client) => deletionOf(client, by)),
  )
  return clients.length === BATCH
}

function deletionOf(client: AuthClient, by: By) {
  const { name, type } = client
  return { name: 'secret-service.auth-client.deleted' as const, payload: { ...eventFields(client, by), name, type } }
}
