import { eventFields, type SecretParts } from '../deps.ts'
import { createOwnership, type Ownership } from '../ownership.ts'
import type { Secret } from './secret.ts'
import { deleteSecretById, deleteSecretsOf, findSecretsOwnedBy, updateSecret } from './secret-store.ts'

/** How secrets get owners and lose them. */
export const secretOwnership = (parts: Pick<SecretParts, 'bus' | 'clock'>): Ownership<Secret> =>
  createOwnership(parts, {
    what: 'secret',
    findOwnedBy: findSecretsOwnedBy,
    update: updateSecret,
    delete: deleteSecretById,
    deleteOf: deleteSecretsOf,
    shared: (secret, { id: ownerId, type: ownerType }, by) => ({
      name: 'secret-service.secret.ownerAdded',
      payload: { ...eventFields(secret, by), ownerId, ownerType },
    }),
    disowned: (secret, { id: ownerId, type: ownerType }, by) => ({
      name: 'secret-service.secret.ownerRemoved',
      payload: { ...eventFields(secret, by), ownerId, ownerType },
    }),
    deleted: (secret, by) => {
      const { name, type } = secret
      return { name: 'secret-service.secret.deleted', payload: { ...eventFields(secret, by), name, type } }
    },
  })
