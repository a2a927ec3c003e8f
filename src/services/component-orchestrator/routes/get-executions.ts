import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { PageMeta, pagingOf, pagingQuery } from '#lib/paging'
import type { Database } from '#lib/postgres'
import { Id } from '#lib/schema'
import { scopeOf, tenantOf } from '#lib/scope'
import { permissions } from '../permissions.ts'
import { RunDocument, toRunDocument } from '../run/run-document.ts'
import { listRuns, runStatuses } from '../run/run-store.ts'

const Query = Type.Object(
  {
    ...pagingQuery,
    'filter[flowId]': Type.Optional(Id),
    'filter[status]': Type.Optional(Type.Enum([...runStatuses])),
  },
  { additionalProperties: false },
)

/** `GET /executions` */
export const getExecutions = ({ db }: { db: Database }) =>
  route({
    method: 'GET',
    path: '/executions',
    summary: 'List runs, the latest first',
    permission: permissions.readExecutions,
    query: Query,
    response: { 200: Type.Object({ data: Type.Array(RunDocument), meta: PageMeta }) },
    async handle({ query, principal }) {
      const paging = pagingOf(query)
      const scope = scopeOf(principal)
      const filter = { tenantId: tenantOf(scope), flowId: query['filter[flowId]'], status: query['filter[status]'] }
      const { runs, total } = await db.transaction(scope, (tx) => listRuns(tx, filter, paging))
      return { status: 200, body: { data: runs.map(toRunDocument), meta: paging.meta(total) } }
    },
  })
