import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import type { MetadataRepositoryDeps } from '../deps.ts'
import { type CompatibilityMode, CompatibilityModeSchema } from '../schema/compatibility.ts'
import { type Finding, findBreaks, findFaults, withBroken } from '../schema/examination.ts'
import { flowsHurt, flowUsageFields } from '../schema/flow-usage.ts'
import { demandNoBroken, demandNoFaults } from '../schema/refusal.ts'
import { lookAt } from '../schema/schema-change.ts'
import { SchemaParams, ValueSchema } from '../schema/schema-document.ts'
import { schemaOf } from '../schema/schema-reader.ts'
import { keyOf } from '../schema/schema-writer.ts'
import { findVersion } from '../schema/version-store.ts'
import { preparedAt } from './put-schema.ts'

const FindingSchema = Type.Object({
  schema: Type.Optional(
    Type.Object(
      { id: Type.Optional(Type.String()), domainId: Type.String(), uri: Type.String() },
      { description: 'Whose promise it is; absent for one of another tenant' },
    ),
  ),
  version: Type.Optional(Type.Integer({ description: 'The version compared with' })),
  direction: Type.Optional(Type.Enum(['BACKWARD', 'FORWARD'])),
  path: Type.String({ description: 'JSON pointer into the schema that refuses' }),
  rule: Type.String(),
  message: Type.String(),
  example: Type.Optional(
    Type.Unknown({ description: 'A document that one takes and the other refuses; absent = it could not be decided' }),
  ),
})

/** `POST /schemas/:id/compatibility` */
export const postCompatibility = (parts: MetadataRepositoryDeps) =>
  route({
    method: 'POST',
    path: '/api/v1/schemas/:id/compatibility',
    summary: 'Say what another value of a schema would break, without storing it',
    description: 'For the schema itself, and for those that refer to it and that the caller sees.',
    permission: 'signed-in',
    params: SchemaParams,
    body: Type.Object(
      {
        value: ValueSchema,
        mode: Type.Optional({ ...CompatibilityModeSchema, description: 'Default: that of the schema' }),
      },
      { additionalProperties: false },
    ),
    response: {
      200: Type.Object({
        compatible: Type.Boolean(),
        mode: CompatibilityModeSchema,
        differences: Type.Array(FindingSchema, { description: 'At most 20' }),
        usedBy: Type.Optional(
          Type.Object(flowUsageFields, { description: 'The flows that would be hurt, where it is not compatible' }),
        ),
      }),
    },
    errors: ['not-found'],
    async handle({ params, body, principal, signal }) {
      const { db, checks, publicUrl } = parts
      const scope = scopeOf(principal)
      const { outlook, mode } = await db.transaction(scope, async (tx) => {
        const { schema, domain } = await schemaOf(tx, params.id)
        const place = { domainId: domain.id, origin: publicUrl(), uri: schema.uri }
        const prepared = preparedAt(body.value, place)
        demandNoFaults(prepared.faults.map((fault) => ({ uri: prepared.uri, ...fault })))
        const mode: CompatibilityMode = body.mode ?? schema.compatibility ?? domain.compatibility
        return { mode, outlook: await lookAt(tx, domain, [{ prepared, input: { compatibility: mode } }]) }
      })
      for (const prepared of withBroken(outlook).values()) demandNoBroken(prepared)
      const readVersion = (id: string, version: number) => db.transaction(scope, (tx) => findVersion(tx, id, version))
      const examining = { checks, key: keyOf(principal), readVersion, signal }
      demandNoFaults(await findFaults(outlook, examining))
      const findings = await findBreaks(outlook, examining)
      const differences = findings.map(told)
      if (differences.length === 0) return { status: 200, body: { compatible: true, mode, differences } }
      const usedBy = await flowsHurt(parts, principal, outlook, findings)
      return { status: 200, body: { compatible: false, mode, differences, usedBy } }
    },
  })

function told({ schema, version, direction, path, rule, message, ...rest }: Finding) {
  return {
    ...{ ...(schema && { schema }), ...(version !== undefined && { version }), ...(direction && { direction }) },
    ...{ path, rule, message, ...('example' in rest && { example: rest.example }) },
  }
}
