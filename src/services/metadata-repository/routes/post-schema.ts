import { HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import type { MetadataRepositoryDeps } from '../deps.ts'
import { readChangeable } from '../domain/domain-change.ts'
import { DomainParams } from '../domain/domain-document.ts'
import { prepareSchema } from '../language/prepared-schema.ts'
import { demandNoBroken } from '../schema/refusal.ts'
import { SchemaAnswer, SchemaInputSchema, schemaDocument } from '../schema/schema-document.ts'
import { writeSchemas } from '../schema/schema-writer.ts'

/** `POST /domains/:id/schemas` */
export const postSchema = (parts: MetadataRepositoryDeps) =>
  route({
    method: 'POST',
    path: '/api/v1/domains/:id/schemas',
    summary: 'Create a schema in a domain',
    description:
      'Its `$id` says where: the path of it is the path within the domain. Everything that it refers to must be there, in a domain of the same tenant or a public ' +
      'one; nothing is fetched. By the owner of the domain, or with `metadata.domains.crud` in its tenant.',
    permission: 'signed-in',
    params: DomainParams,
    body: SchemaInputSchema,
    response: { 200: SchemaAnswer },
    errors: ['not-found', 'conflict'],
    async handle({ params, body, principal, signal }) {
      const domain = await readChangeable(parts, principal, params.id)
      const { value, ...input } = body
      const prepared = prepareSchema(value, { domainId: domain.id, origin: parts.publicUrl() })
      const [written] = await writeSchemas(parts, {
        ...{ principal, domain, wishes: [{ prepared, input }], signal },
        demand([change], checked) {
          if (change?.before) throw alreadyThere(prepared.uri)
          demandNoBroken(checked.get(prepared.location) ?? prepared)
        },
      })
      if (written === undefined) throw alreadyThere(prepared.uri)
      return { status: 200, body: { data: schemaDocument(written, domain, parts.publicUrl()) } }
    },
  })

function alreadyThere(uri: string): HubError {
  return new HubError('conflict', `Cannot create schema "${uri}" as there must be none yet at this path of the domain`)
}
