import { eventFields, type SecretParts } from '../deps.ts'
import { createDisowning, type Disowning } from '../disowning.ts'
import {
  deleteAuthClientById,
  deleteAuthClientsOf,
  findAuthClientsOwnedBy,
  type StoredAuthClient,
  updateAuthClient,
} from './auth-client-store.ts'

/** How owners let go of auth clients. */
export const authClientDisowning = (parts: Pick<SecretParts, 'bus' | 'clock'>): Disowning<StoredAuthClient> =>
  createDisowning(parts, {
    findOwnedBy: findAuthClientsOwnedBy,
    update: updateAuthClient,
    delete: deleteAuthClientById,
    deleteOf: deleteAuthClientsOf,
    disowned: (client, _owner, by) => {
      const payload = { ...eventFields(client, by), type: client.type, changed: ['owners'] }
      return { name: 'secret-service.auth-client.modified', payload }
    },
    deleted: (client, by) => {
      const { name, type } = client
      return { name: 'secret-service.auth-client.deleted', payload: { ...eventFields(client, by), name, type } }
    },
  })
