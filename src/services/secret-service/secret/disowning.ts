import { eventFields, type SecretParts } from '../deps.ts'
import { createDisowning, type Disowning } from '../disowning.ts'
import type { Secret } from './secret.ts'
import { deleteSecretById, deleteSecretsOf, findSecretsOwnedBy, updateSecret } from './secret-store.ts'

/** How owners let go of secrets. */
export const secretDisowning = (parts: Pick<SecretParts, 'bus' | 'clock'>): Disowning<Secret> =>
  createDisowning(parts, {
    findOwnedBy: findSecretsOwnedBy,
    update: updateSecret,
    delete: deleteSecretById,
    deleteOf: deleteSecretsOf,
    disowned: (secret, { id: ownerId, type: ownerType }, by) => ({
      name: 'secret-service.secret.ownerRemoved',
      payload: { ...eventFields(secret, by), ownerId, ownerType },
    }),
    deleted: (secret, by) => {
      const { name, type } = secret
      return { name: 'secret-service.secret.deleted', payload: { ...eventFields(secret, by), name, type } }
    },
  })
