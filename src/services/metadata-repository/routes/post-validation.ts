import { Type } from 'typebox'
import { fieldError } from '#lib/errors'
import { type Route, route } from '#lib/http/route'
import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { locationOf, placeOf, withoutOrigin } from '#lib/schema-location'
import { scopeOf } from '#lib/scope'
import { found, type MetadataRepositoryDeps } from '../deps.ts'
import { hasInfinite } from '../language/value-bounds.ts'
import type { Schema } from '../schema/schema.ts'
import { SchemaParams } from '../schema/schema-document.ts'
import { schemaOf } from '../schema/schema-reader.ts'
import { findSchemasAt } from '../schema/schema-store.ts'
import { keyOf } from '../schema/schema-writer.ts'
import { wholeBundle } from '../schema/whole-bundle.ts'

/** Bytes: the largest message that a step of a flow sends on, and what stands around it. */
const BODY_LIMIT = 11 * 1_048_576

const DocumentFault = Type.Object({
  path: Type.String({ description: 'JSON pointer into the document' }),
  schemaPath: Type.String(),
  keyword: Type.String(),
  message: Type.String(),
})

const same = {
  method: 'POST',
  permission: 'signed-in',
  bodyLimit: BODY_LIMIT,
  allowNul: true,
  response: { 200: Type.Object({ valid: Type.Boolean(), errors: Type.Array(DocumentFault, { maxItems: 100 }) }) },
  errors: ['not-found', 'conflict', 'too-large'],
} as const

const document = Type.Unknown({ description: 'Any JSON' })

type Parts = Pick<MetadataRepositoryDeps, 'db' | 'checks' | 'publicUrl'>

/** `POST /schemas/:id/validate` and `POST /validate`, for who has the address of a schema. */
export const validationRoutes = (parts: Parts): Route[] => [
  route({
    ...same,
    path: '/api/v1/schemas/:id/validate',
    summary: 'Check a document against the newest version of a schema',
    params: SchemaParams,
    body: Type.Object({ document }, { additionalProperties: false }),
    async handle({ params, body, principal }) {
      return validate(parts, principal, body.document, async (tx) => (await schemaOf(tx, params.id)).schema)
    },
  }),
  route({
    ...same,
    path: '/api/v1/validate',
    summary: 'Check a document against the newest version of the schema at an address',
    body: Type.Object(
      {
        schema: Type.String({
          maxLength: 2_500,
          description: 'Address of the schema, with or without the hub’s origin',
        }),
        document,
      },
      { additionalProperties: false },
    ),
    async handle({ body, principal }) {
      const place = placeOf(withoutOrigin(body.schema, parts.publicUrl()))
      if (place === undefined) throw fieldError('invalid-body', 'schema', 'must be the address of a schema of this hub')
      return validate(parts, principal, body.document, async (tx) => {
        const [schema] = await findSchemasAt(tx, [locationOf(place)])
        return found(schema, 'schema', 'schema')
      })
    },
  }),
]

async function validate(
  { db, checks }: Parts,
  principal: Principal,
  document: unknown,
  find: (tx: Tx) => Promise<Schema>,
) {
  if (hasInfinite(document)) throw fieldError('invalid-body', 'document', 'must have numbers of less than 1e309 only')
  const bundle = await db.transaction(scopeOf(principal), async (tx) => wholeBundle(tx, await find(tx)))
  const faults = await checks.validate(bundle, document, keyOf(principal))
  const errors = faults.map(({ path, schemaPath, keyword, message }) => ({ path, schemaPath, keyword, message }))
  return { status: 200 as const, body: { valid: errors.length === 0, errors } }
}
