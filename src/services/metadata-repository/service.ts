import type { Service } from '#lib/service'
import { toldChecks } from './checking/told-checks.ts'
import type { MetadataRepositoryDeps } from './deps.ts'
import { eventDomainKeeper } from './domain/event-domain.ts'
import { onTenantDeleted } from './handlers/on-tenant-deleted.ts'
import { metadataRepositoryMigrations } from './migrations.ts'
import { permissions } from './permissions.ts'
import { deleteDomain } from './routes/delete-domain.ts'
import { deleteSchema } from './routes/delete-schema.ts'
import { getDomain } from './routes/get-domain.ts'
import { getDomains } from './routes/get-domains.ts'
import { getRoot } from './routes/get-root.ts'
import { getSchema } from './routes/get-schema.ts'
import { getSchemas } from './routes/get-schemas.ts'
import { getUsage } from './routes/get-usage.ts'
import { postCompatibility } from './routes/post-compatibility.ts'
import { postDomain } from './routes/post-domain.ts'
import { postImport } from './routes/post-import.ts'
import { postSchema } from './routes/post-schema.ts'
import { validationRoutes } from './routes/post-validation.ts'
import { putDomain } from './routes/put-domain.ts'
import { putSchema } from './routes/put-schema.ts'
import { schemaVersionRoutes } from './routes/schema-versions.ts'

/** Keeps domains of JSON Schemas with all their versions, and lets no change break unseen what refers to them. */
export function createMetadataRepository(deps: MetadataRepositoryDeps): Service {
  const parts: MetadataRepositoryDeps = { ...deps, checks: { ...deps.checks, ...toldChecks(deps.checks) } }
  const keeper = eventDomainKeeper(parts)
  const tenantDeleted = onTenantDeleted(parts)
  deps.bus.subscribe('metadata-repository', { names: 'iam.tenant.deleted', lanes: 4 }, async (event, context) => {
    if (event.name === 'iam.tenant.deleted') await tenantDeleted(event, context)
  })
  return {
    name: 'metadata-repository',
    migrations: metadataRepositoryMigrations,
    permissions: Object.values(permissions),
    mounts: [
      {
        base: '/metadata-repository',
        tag: 'Metadata Repository',
        routes: [
          getRoot(''),
          getRoot('/healthcheck'),
          getDomains(parts),
          postDomain(parts),
          getDomain(parts),
          putDomain(parts),
          deleteDomain(parts),
          getSchemas(parts),
          postSchema(parts),
          postImport(parts),
          getSchema(parts),
          putSchema(parts),
          deleteSchema(parts),
          ...schemaVersionRoutes(parts),
          ...validationRoutes(parts),
          postCompatibility(parts),
          getUsage(parts),
        ],
      },
    ],
    async start() {
      deps.checks.start()
      keeper.start()
    },
    stop: async () => void (await Promise.all([keeper.stop(), deps.checks.stop()])),
  }
}
