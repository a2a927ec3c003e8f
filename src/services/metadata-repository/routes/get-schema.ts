import type { IncomingHttpHeaders } from 'node:http'
import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import type { MetadataRepositoryDeps } from '../deps.ts'
import { SchemaAnswer, schemaDocument, UriParams } from '../schema/schema-document.ts'
import { inVersion, schemaAt, versionOf } from '../schema/schema-reader.ts'

const BARE = 'application/schema+json'

/** `GET /domains/:id/schemas/<uri>` */
export const getSchema = ({ db, publicUrl }: Pick<MetadataRepositoryDeps, 'db' | 'publicUrl'>) =>
  route({
    method: 'GET',
    path: '/api/v1/domains/:id/schemas/*',
    summary: 'Read a schema',
    description: `With \`${BARE}\` as \`content-type\` or \`accept\`, the bare schema: what its address leads to.`,
    permission: 'signed-in',
    params: UriParams,
    query: Type.Object(
      {
        version: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Default: the newest' }),
        ),
      },
      { additionalProperties: false },
    ),
    response: { 200: SchemaAnswer },
    errors: ['not-found'],
    async handle({ params, query, principal, headers }) {
      const data = await db.transaction(scopeOf(principal), async (tx) => {
        const { domain, schema } = await schemaAt(tx, params.id, params['*'])
        return schemaDocument(inVersion(schema, await versionOf(tx, schema, query.version)), domain, publicUrl())
      })
      if (!wantsBare(headers)) return { status: 200, body: { data } }
      return { status: 200, type: `${BARE}; charset=utf-8`, text: JSON.stringify(data.value) }
    },
  })

/** Existing clients say by `content-type` what they want. */
function wantsBare({ accept = '', 'content-type': type = '' }: IncomingHttpHeaders): boolean {
  return `${type},${accept}`.split(',').some((each) => each.split(';')[0]?.trim().toLowerCase() === BARE)
}
