import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { PageMeta, pagingOf, pagingQuery } from '#lib/paging'
import { scopeOf } from '#lib/scope'
import type { FlowRepositoryDeps } from '../deps.ts'
import { FlowDocument, toDocument } from '../flow-document.ts'
import { type FlowStatus, flowStatuses } from '../flow-status.ts'
import { type FlowPage, listFlows } from '../flow-store.ts'
import { permissions } from '../permissions.ts'

/** As existing clients write them. */
const numbers = { '0': 'inactive', '1': 'active' } as const satisfies Record<string, FlowStatus>
const isNumber = (status: string): status is keyof typeof numbers => Object.hasOwn(numbers, status)

const orders = ['createdAt', '-createdAt', 'updatedAt', '-updatedAt', 'name', '-name'] as const

/** `GET /flows` */
export const getFlows = ({ db }: Pick<FlowRepositoryDeps, 'db'>) =>
  route({
    method: 'GET',
    path: '/flows',
    summary: 'List the flows of the tenant',
    permission: permissions.read,
    query: Type.Object(
      {
        ...pagingQuery,
        'filter[status]': Type.Optional(
          Type.Enum([...flowStatuses, '0', '1'], { description: '0 stands for inactive, 1 for active' }),
        ),
        'filter[type]': Type.Optional(Type.String({ maxLength: 50 })),
        search: Type.Optional(Type.String({ maxLength: 100, description: 'Part of the name or the description' })),
        sort: Type.Optional(Type.Enum([...orders], { description: 'Default: createdAt; with - from the last' })),
      },
      { additionalProperties: false },
    ),
    response: { 200: Type.Object({ data: Type.Array(FlowDocument), meta: PageMeta }) },
    async handle({ query, principal }) {
      const { 'filter[status]': status, 'filter[type]': type, search, sort = 'createdAt' } = query
      const wanted = status !== undefined && isNumber(status) ? numbers[status] : status
      const filter = { ...(wanted && { status: wanted }), ...(type && { type }), ...(search && { search }) }
      const paging = pagingOf(query)
      const order = { orderBy: sort.replace('-', '') as FlowPage['orderBy'], descending: sort.startsWith('-') }
      const { flows, total } = await db.transaction(scopeOf(principal), (tx) =>
        listFlows(tx, filter, { ...order, limit: paging.limit, offset: paging.offset }),
      )
      return { status: 200, body: { data: flows.map(toDocument), meta: paging.meta(total) } }
    },
  })
