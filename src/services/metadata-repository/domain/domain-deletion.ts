import type { Tx } from '#lib/postgres'
import { type By, eventFields, type MetadataRepositoryDeps } from '../deps.ts'
import { deleteSchemasOf } from '../schema/schema-store.ts'
import { schemaFields } from '../schema/schema-writer.ts'
import type { Domain } from './domain.ts'
import { deleteDomainById } from './domain-store.ts'

/** Schemas in one go. */
const BATCH = 200

/** Removes a domain that is locked with all its schemas, whoever refers to them. Each thing is told by an event. */
export async function removeDomain(
  { bus }: Pick<MetadataRepositoryDeps, 'bus'>,
  tx: Tx,
  domain: Domain,
  by: By,
): Promise<void> {
  for (let left = true; left; ) {
    const schemas = await deleteSchemasOf(tx, domain.id, BATCH)
    await bus.publishAll(
      tx,
      schemas.map((schema) => {
        return { name: 'metadata.schema.deleted' as const, payload: { ...schemaFields(schema, by), name: schema.name } }
      }),
    )
    left = schemas.length === BATCH
  }
  await deleteDomainById(tx, domain.id)
  const payload = { ...eventFields(domain, by), name: domain.name }
  await bus.publish(tx, { name: 'metadata.domain.deleted', payload })
}
