import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { cursorPagingOf, sortQuery } from '#lib/paging'
import { scopeOf } from '#lib/scope'
import type { IamParts } from '../../deps.ts'
import {
  ListOf,
  listAnswer,
  StatusSchema,
  searchableListQuery,
  TenantDocument,
  tenantDocument,
} from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { listTenants, tenantSorts } from '../../tenant/tenant-store.ts'

const Query = Type.Object(
  { ...searchableListQuery, ...sortQuery(tenantSorts, 'createdAt'), status: Type.Optional(StatusSchema) },
  { additionalProperties: false },
)

/** `GET /tenants`: without the permission `all` it shows the own tenant alone. */
export const getTenants = ({ db }: Pick<IamParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/tenants',
    summary: 'List the tenants',
    permission: permissions.tenantRead,
    query: Query,
    response: { 200: ListOf(TenantDocument) },
    async handle({ query, principal, url }) {
      const { search, status } = query
      const filter = { ...(search && { search }), ...(status && { status }) }
      const paging = cursorPagingOf(query, tenantSorts, 'createdAt')
      const page = await db.transaction(scopeOf(principal), (tx) => listTenants(tx, filter, paging))
      return listAnswer({ query, url }, page, tenantDocument)
    },
  })
