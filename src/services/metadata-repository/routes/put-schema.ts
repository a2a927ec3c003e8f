import { fieldError } from '#lib/errors'
import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import { found, type MetadataRepositoryDeps } from '../deps.ts'
import { readChangeable } from '../domain/domain-change.ts'
import { type PreparedSchema, prepareSchema } from '../language/prepared-schema.ts'
import { demandNoBroken } from '../schema/refusal.ts'
import { SchemaAnswer, SchemaInputSchema, schemaDocument, UriParams } from '../schema/schema-document.ts'
import { schemaAt } from '../schema/schema-reader.ts'
import { writeSchemas } from '../schema/schema-writer.ts'

/** `PUT /domains/:id/schemas/<uri>` */
export const putSchema = (parts: MetadataRepositoryDeps) =>
  route({
    method: 'PUT',
    path: '/api/v1/domains/:id/schemas/*',
    summary: 'Change a schema',
    description:
      'Another value is another version; `name` follows its title unless it is given. It must keep what the compatibility mode promises, also that of schemas which ' +
      'refer to it: else the problem `incompatible-schema` has a `report`. `$id` must be that of the schema, or absent.',
    permission: 'signed-in',
    params: UriParams,
    body: SchemaInputSchema,
    response: { 200: SchemaAnswer },
    errors: ['not-found', 'conflict', 'incompatible-schema'],
    async handle({ params, body, principal, signal }) {
      const domain = await readChangeable(parts, principal, params.id)
      const { schema } = await parts.db.transaction(scopeOf(principal), (tx) => schemaAt(tx, domain.id, params['*']))
      const { value, ...input } = body
      const prepared = preparedAt(value, { domainId: domain.id, origin: parts.publicUrl(), uri: schema.uri })
      const [written] = await writeSchemas(parts, {
        ...{ principal, domain, wishes: [{ prepared, input }], signal },
        demand([change], checked) {
          found(change?.before, 'schema', '*')
          if (change?.isOtherValue) demandNoBroken(checked.get(prepared.location) ?? prepared)
        },
      })
      return { status: 200, body: { data: schemaDocument(found(written, 'schema', '*'), domain, parts.publicUrl()) } }
    },
  })

interface Place {
  readonly domainId: string
  readonly origin: string
  readonly uri: string
}

/** The value for the place of a schema. Throws `invalid-body` where it says to be in another. */
export function preparedAt(value: unknown, { uri, ...place }: Place): PreparedSchema {
  const byItself = prepareSchema(value, place)
  if (byItself.uri !== '' && byItself.uri !== uri)
    throw fieldError(
      'invalid-body',
      'value',
      `must have the "$id" of the schema, or none: it is placed at "${byItself.uri}"`,
    )
  return prepareSchema(value, { ...place, uri })
}
