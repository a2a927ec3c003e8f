import { Type } from 'typebox'
import { type Fault, HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import type { Tx } from '#lib/postgres'
import { scopeOf } from '#lib/scope'
import type { MetadataRepositoryDeps } from '../deps.ts'
import type { Bundle } from '../language/bundle.ts'
import { prepareSchema } from '../language/prepared-schema.ts'
import { checkTargets } from '../language/targets.ts'
import { SchemaParams } from '../schema/schema-document.ts'
import { schemaOf } from '../schema/schema-reader.ts'
import { bundleOf, type KnownSchema, SpaceLoader } from '../schema/schema-space.ts'
import { keyOf } from '../schema/schema-writer.ts'

const DocumentFault = Type.Object({
  path: Type.String({ description: 'JSON pointer into the document' }),
  schemaPath: Type.String(),
  keyword: Type.String(),
  message: Type.String(),
})

/** How many broken references are told. */
const MOST_TOLD = 20

/** `POST /schemas/:id/validate` */
export const postValidation = ({ db, checks }: Pick<MetadataRepositoryDeps, 'db' | 'checks'>) =>
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
      const bundle = await db.transaction(scopeOf(principal), (tx) => wholeBundle(tx, params.id))
      const faults = await checks.validate(bundle, body.document, keyOf(principal))
      const errors = faults.map(({ path, schemaPath, keyword, message }) => ({ path, schemaPath, keyword, message }))
      return { status: 200, body: { valid: errors.length === 0, errors } }
    },
  })

/** The schema with all that it leads to. Throws `conflict` where a reference leads nowhere. */
async function wholeBundle(tx: Tx, id: string): Promise<Bundle> {
  const { schema } = await schemaOf(tx, id)
  const loader = new SpaceLoader(tx)
  const [root] = await loader.load([schema.location])
  if (root === undefined) throw new Error(`Cannot read schema "${id}" as it must have its newest version`)
  const bundle = bundleOf(root, loader.space)
  const members = Object.keys(bundle.schemas).flatMap((location) => loader.space.get(location) ?? [])
  const isWhole = members.every(
    ({ hasBroken, refs }) => !hasBroken && refs.every((ref) => Object.hasOwn(bundle.schemas, ref)),
  )
  const faults = isWhole ? [] : brokenIn(members)
  if (faults.length === 0) return bundle
  throw new HubError(
    'conflict',
    `Cannot validate by the schema as its references must lead somewhere: ${faults[0]?.message}`,
    {
      faults: faults.slice(0, MOST_TOLD),
    },
  )
}

/** What was broken may be whole by now, and the other way round. */
function brokenIn(members: readonly KnownSchema[]): Fault[] {
  const prepared = members.map(({ domainId, uri, value }) => prepareSchema(value, { domainId, uri, origin: '' }))
  return checkTargets(prepared, () => undefined).flatMap(({ uri, broken }) =>
    broken.map(({ path, ref, reason }) => ({
      message: `Reference "${ref}" at "${path}" of schema "${uri}" ${reason}`,
    })),
  )
}
