import { eventFields, type SecretParts } from '../deps.ts'
import { type By, createOwnership, type Ownership } from '../ownership.ts'
import {
  deleteAuthClientById,
  deleteAuthClientsOf,
  findAuthClientsOwnedBy,
  type StoredAuthClient,
  updateAuthClient,
} from './auth-client-store.ts'

/** How auth clients get owners and lose them. */
export const authClientOwnership = (parts: Pick<SecretParts, 'bus' | 'clock'>): Ownership<StoredAuthClient> =>
  createOwnership(parts, {
    what: 'auth client',
    findOwnedBy: findAuthClientsOwnedBy,
    update: updateAuthClient,
    delete: deleteAuthClientById,
    deleteOf: deleteAuthClientsOf,
    shared: (client, _owner, by) => changedOwners(client, by),
    disowned: (client, _owner, by) => changedOwners(client, by),
    deleted: (client, by) => {
      const { name, type } = client
      return { name: 'secret-service.auth-client.deleted', payload: { ...eventFields(client, by), name, type } }
    },
  })

function changedOwners(client: StoredAuthClient, by: By) {
  const payload = { ...eventFields(client, by), type: client.type, changed: ['owners'] }
  return { name: 'secret-service.auth-client.modified' as const, payload }
}
