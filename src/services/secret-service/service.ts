import { createOutbound } from '#lib/outbound/outbound'
import type { Service } from '#lib/service'
import { createCleaner } from './clean-up.ts'
import type { SecretParts, SecretServiceDeps } from './deps.ts'
import { departureNames, onDeparture } from './handlers/on-departure.ts'
import { onStatus, statusNames } from './handlers/on-status.ts'
import { secretServiceMigrations } from './migrations.ts'
import { createProviderCalls } from './oauth/provider-calls.ts'
import { permissions } from './permissions.ts'
import { createIdleRenewer } from './refresh/idle.ts'
import { createRenewal } from './refresh/renewal.ts'
import { getCallback, postCallback } from './routes/callback.ts'
import { deleteAuthClient } from './routes/delete-auth-client.ts'
import { deleteAuthClients } from './routes/delete-auth-clients.ts'
import { deleteSecret } from './routes/delete-secret.ts'
import { deleteSecrets } from './routes/delete-secrets.ts'
import { getAuthClient } from './routes/get-auth-client.ts'
import { getAuthClientSecrets } from './routes/get-auth-client-secrets.ts'
import { getAuthClientTemplates } from './routes/get-auth-client-templates.ts'
import { getAuthClients } from './routes/get-auth-clients.ts'
import { getRoot } from './routes/get-root.ts'
import { getSecret } from './routes/get-secret.ts'
import { getSecretVersions } from './routes/get-secret-versions.ts'
import { getSecrets } from './routes/get-secrets.ts'
import { ownerRoutes } from './routes/owners.ts'
import { patchAuthClient } from './routes/patch-auth-client.ts'
import { patchSecret } from './routes/patch-secret.ts'
import { postAuthClient } from './routes/post-auth-client.ts'
import { postAuthClientFlow } from './routes/post-auth-client-flow.ts'
import { postHmacValidation } from './routes/post-hmac-validation.ts'
import { postSecret } from './routes/post-secret.ts'
import { createSecretReader } from './secret/secret-reader.ts'
import { createDataKeys } from './vault/data-keys.ts'
import { createVault } from './vault/vault.ts'

/** Keeps the secrets of tenants, sealed, and gives them out on record. */
export function createSecretService(deps: SecretServiceDeps): Service {
  const keys = createDataKeys(deps)
  const parts: SecretParts = { ...deps, keys, vault: createVault(keys) }
  const outbound = createOutbound({ allow: deps.outboundAllow, limits: { maxRedirects: 0 } })
  const calling = { ...parts, calls: createProviderCalls({ outbound }) }
  const renewal = createRenewal({ ...calling, leaseMs: deps.refreshLeaseMs })
  const reader = createSecretReader(parts, renewal)
  const idle = createIdleRenewer(parts, renewal)
  const cleaner = createCleaner(parts)
  const departed = onDeparture(parts)
  const names = [...departureNames, ...statusNames]
  deps.bus.subscribe('secret-service', { names, lanes: 4 }, async (event, context) => {
    switch (event.name) {
      case 'iam.user.modified':
      case 'iam.tenant.modified':
        return onStatus(event, context)
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
          postHmacValidation(parts),
          getSecretVersions(parts),
          getAuthClientTemplates(parts),
          getAuthClients(parts),
          postAuthClient(parts),
          deleteAuthClients(parts),
          getAuthClient(parts),
          patchAuthClient(parts),
          deleteAuthClient(parts),
          ...ownerRoutes(parts),
          getAuthClientSecrets(parts),
          postAuthClientFlow(parts),
          getCallback(calling),
          postCallback(calling),
        ],
      },
    ],
    async start() {
      renewal.start()
      cleaner.start()
      idle.start()
    },
    async stop() {
      await Promise.all([cleaner.stop(), idle.stop()])
      await reader.settled()
      await renewal.stop()
      await outbound.close()
    },
  }
}
