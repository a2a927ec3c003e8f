import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import type { MetadataRepositoryDeps } from '../deps.ts'
import { changingDomain, readChangeable } from '../domain/domain-change.ts'
import { demandNoFlows } from '../schema/flow-refusal.ts'
import { UriParams } from '../schema/schema-document.ts'
import { schemaAt } from '../schema/schema-reader.ts'
import { deleteSchemaById } from '../schema/schema-store.ts'
import { schemaFields } from '../schema/schema-writer.ts'
import { demandUnusedSchema } from '../schema/usage.ts'

/** `DELETE /domains/:id/schemas/<uri>` */
export const deleteSchema = (parts: MetadataRepositoryDeps) =>
  route({
    method: 'DELETE',
    path: '/api/v1/domains/:id/schemas/*',
    summary: 'Delete a schema with all its versions, unless another refers to it or a flow uses it',
    permission: 'signed-in',
    params: UriParams,
    response: { 204: null },
    errors: ['not-found', 'conflict'],
    async handle({ params, principal }) {
      const reach = await readChangeable(parts, principal, params.id)
      const { schema } = await parts.db.transaction(scopeOf(principal), (tx) => schemaAt(tx, reach.id, params['*']))
      await demandNoFlows(parts, principal, { path: schema.location, reach, what: 'delete the schema' })
      await changingDomain(parts, { principal, id: params.id }, async (tx, domain) => {
        const { schema } = await schemaAt(tx, domain.id, params['*'])
        await demandUnusedSchema(tx, schema)
        await deleteSchemaById(tx, schema.id)
        const payload = { ...schemaFields(schema, principal), name: schema.name }
        await parts.bus.publish(tx, { name: 'metadata.schema.deleted', payload })
      })
      return { status: 204 }
    },
  })
