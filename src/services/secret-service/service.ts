import type { Service } from '#lib/service'
import { createCleaner } from './clean-up.ts'
import type { SecretParts, SecretServiceDeps } from './deps.ts'
import { departureNames, onDeparture } from './handlers/on-departure.ts'
import { secretServiceMigrations } from './migrations.ts'
import { permissions } from './permissions.ts'
import { deleteSecret } from './routes/delete-secret.ts'
import { deleteSecrets } from './routes/delete-secrets.ts'
import { getRoot } from './routes/get-root.ts'
import { getSecret } from './routes/get-secret.ts'
import { getSecretVersions } from './routes/get-secret-versions.ts'
import { getSecrets } from './routes/get-secrets.ts'
import { patchSecret } from './routes/patch-secret.ts'
import { postHmacValidation } from './routes/post-hmac-validation.ts'
import { postSecret } from './routes/post-secret.ts'
import { deleteSecretOwner, postSecretOwner } from './routes/secret-owners.ts'
import { createSecretReader, type Renewal } from './secret/secret-reader.ts'
import { createDataKeys } from './vault/data-keys.ts'
import { createVault } from './vault/vault.ts'

/** Keeps the secrets of tenants, sealed, and gives them out on record. */
export function createSecretService(deps: SecretServiceDeps): Service {
  const keys = createDataKeys(deps)
  const parts: SecretParts = { ...deps, keys, vault: createVault(keys) }
  const reader = createSecretReader(parts, noRenewal)
  const cleaner = createCleaner(parts)
  const departed = onDeparture(parts)
  deps.bus.subscribe('secret-service', { names: departureNames, lanes: 4 }, async (event, context) => {
    switch (event.name) {
      case 'iam.tenant.deleted':
      case 'iam.user.deleted':
      case 'iam.user.removedFromTenant':
        return departed(event, context)
    }
  })
  return {
    name: 'secret-service',
    migrations: secretServiceMigrations,
    permissions: Object.values(permissions),
    mounts: [
      {
        base: '/secret-service',
        tag: 'Secret Service',
        routes: [
          getRoot(''),
          getRoot('/healthcheck'),
          getSecrets(parts),
          postSecret(parts),
          deleteSecrets(parts),
          getSecret(parts, reader),
          patchSecret(parts),
          deleteSecret(parts),
          postSecretOwner(parts),
          deleteSecretOwner(parts),
          postHmacValidation(parts),
          getSecretVersions(parts),
        ],
      },
    ],
    async start() {
      cleaner.start()
    },
    async stop() {
      await cleaner.stop()
      await reader.settled()
    },
  }
}

const noRenewal: Renewal = { isDue: () => false, renew: async () => undefined }
