import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { Id } from '#lib/schema'
import { scopeOf } from '#lib/scope'
import type { FlowRepositoryDeps } from '../deps.ts'
import { flowStatuses } from '../flow-status.ts'
import { permissions } from '../permissions.ts'
import { countOtherUsers, findSchemaUsers } from '../schema-mention-store.ts'

const MOST = 100

const SchemaUser = Type.Object({ id: Id, name: Type.String(), status: Type.Enum([...flowStatuses]) })

/** `GET /schema-usage` */
export const getSchemaUsage = ({ db }: Pick<FlowRepositoryDeps, 'db'>) =>
  route({
    method: 'GET',
    path: '/schema-usage',
    summary: 'List the flows whose graph names a schema',
    description: 'In whatever text of it. The Metadata Repository asks before a schema goes.',
    permission: permissions.read,
    query: Type.Object(
      {
        location: Type.String({
          maxLength: 2_000,
          description: 'Address of the schema without the hub’s origin; or that of its domain, for any schema of it',
        }),
        tenant: Type.Optional({ ...Id, description: 'Whose flows; default: the tenant of the caller' }),
      },
      { additionalProperties: false },
    ),
    response: {
      200: Type.Object({
        flows: Type.Array(SchemaUser, { maxItems: MOST, description: 'Those of the tenant, by their names' }),
        more: Type.Boolean({ description: `Whether there are more than ${MOST}` }),
        others: Type.Integer({ description: 'How many there are of other tenants, as far as the caller sees them' }),
      }),
    },
    async handle({ query: { location, tenant }, principal }) {
      const whose = tenant ?? principal.tenant
      const [flows, others] = await db.transaction(scopeOf(principal), (tx) =>
        Promise.all([
          whose === undefined ? [] : findSchemaUsers(tx, location, whose, MOST + 1),
          countOtherUsers(tx, location, whose),
        ]),
      )
      return { status: 200, body: { flows: flows.slice(0, MOST), more: flows.length > MOST, others } }
    },
  })
