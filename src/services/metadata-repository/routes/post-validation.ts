import { Type } from 'typebox'
import { HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import type { Tx } from '#lib/postgres'
import { scopeOf } from '#lib/scope'
import type { Bundle } from '../checking/checks.ts'
import type { MetadataRepositoryDeps } from '../deps.ts'
import { withOrigin } from '../language/location.ts'
import { SchemaParams } from '../schema/schema-document.ts'
import { schemaOf } from '../schema/schema-reader.ts'
import { bundleOf, type SchemaSpace, SpaceLoader, targetOf } from '../schema/schema-space.ts'
import { keyOf } from '../schema/schema-writer.ts'

const DocumentFault = Type.Object({
  path: Type.String({ description: 'JSON pointer into the document' }),
  schemaPath: Type.String(),
  keyword: Type.String(),
  message: Type.String(),
})

/** `POST /schemas/:id/validate` */
export const postValidation = ({ db, checks, publicUrl }: MetadataRepositoryDeps) =>
  route({
    method: 'POST',
    path: '/api/v1/schemas/:id/validate',
    summary: 'Check a document against the newest version of a schema',
    permission: 'signed-in',
    params: SchemaParams,
    body: Type.Object({ document: Type.Unknown({ description: 'Any JSON' }) }, { additionalProperties: false }),
    allowNul: true,
    response: { 200: Type.Object({ valid: Type.Boolean(), errors: Type.Array(DocumentFault) }) },
    errors: ['not-found', 'conflict'],
    async handle({ params, body, principal }) {
      const bundle = await db.transaction(scopeOf(principal), (tx) => wholeBundle(tx, params.id, publicUrl()))
      const faults = await checks.validate(bundle, body.document, keyOf(principal))
      const errors = faults.map(({ path, schemaPath, keyword, message }) => ({ path, schemaPath, keyword, message }))
      return { status: 200, body: { valid: errors.length === 0, errors } }
    },
  })

/** The schema with all that it leads to. Throws `conflict` where something of that is not there. */
async function wholeBundle(tx: Tx, id: string, origin: string): Promise<Bundle> {
  const { schema } = await schemaOf(tx, id)
  const loader = new SpaceLoader(tx)
  const [root] = await loader.load([schema.location])
  if (root === undefined) throw new Error(`Cannot read schema "${id}" as it must have its newest version`)
  const bundle = bundleOf(root, loader.space)
  const missing = missingIn(bundle, loader.space)
  if (missing.length === 0) return bundle
  const faults = missing.slice(0, 20).map((each) => ({ message: `There is no "${withOrigin(each, origin)}"` }))
  throw new HubError('conflict', 'Cannot validate by the schema as all that it refers to must be there', { faults })
}

function missingIn({ schemas }: Bundle, space: SchemaSpace): string[] {
  const members = Object.keys(schemas).flatMap((location) => space.get(location) ?? [])
  const refs = members.flatMap(({ reach, refs }) => refs.filter((ref) => targetOf(space, reach, ref) === undefined))
  return [...new Set(refs)]
}
