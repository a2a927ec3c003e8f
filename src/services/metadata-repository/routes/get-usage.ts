import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { Id } from '#lib/schema'
import { scopeOf } from '#lib/scope'
import type { MetadataRepositoryDeps } from '../deps.ts'
import { findFlowUsage, flowUsageFields, toldFlows } from '../schema/flow-usage.ts'
import { SchemaParams } from '../schema/schema-document.ts'
import { schemaOf } from '../schema/schema-reader.ts'
import { findReferrers } from '../schema/usage.ts'

const MOST = 100

const Referrer = Type.Object({ id: Id, domainId: Id, uri: Type.String(), name: Type.String() })

/** `GET /schemas/:id/usage` */
export const getUsage = (parts: Pick<MetadataRepositoryDeps, 'db' | 'flowRepository'>) =>
  route({
    method: 'GET',
    path: '/api/v1/schemas/:id/usage',
    summary: 'List what refers to a schema, as far as the caller sees it',
    permission: 'signed-in',
    params: SchemaParams,
    response: {
      200: Type.Object({
        schemas: Type.Array(Referrer, { maxItems: MOST }),
        more: Type.Boolean({ description: `Whether there are more than ${MOST}` }),
        ...flowUsageFields,
      }),
    },
    errors: ['not-found'],
    async handle({ params, principal }) {
      const { referrers, location } = await parts.db.transaction(scopeOf(principal), async (tx) => {
        const { schema } = await schemaOf(tx, params.id)
        return { location: schema.location, referrers: await findReferrers(tx, schema.id, MOST + 1) }
      })
      const { tenant } = principal
      const flows = toldFlows(principal, await findFlowUsage(parts, location, tenant), tenant)
      const schemas = referrers.slice(0, MOST).map(({ id, domainId, uri, name }) => ({ id, domainId, uri, name }))
      return { status: 200, body: { schemas, more: referrers.length > MOST, ...flows } }
    },
  })
