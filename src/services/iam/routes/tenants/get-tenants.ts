import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { pagingOf } from '#lib/paging'
import { scopeOf } from '#lib/scope'
import type { IamParts } from '../../deps.ts'
import { ListOf, listBody, listQuery, TenantDocument, tenantDocument } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { listTenants } from '../../tenant/tenant-store.ts'

/** `GET /tenants`: without the permission `all` it shows the own tenant alone. */
export const getTenants = ({ db }: Pick<IamParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/tenants',
    summary: 'List the tenants',
    permission: permissions.tenantRead,
    query: Type.Object(listQuery, { additionalProperties: false }),
    response: { 200: ListOf(TenantDocument) },
    async handle({ query, principal }) {
      const paging = pagingOf(query)
      const { items, total } = await db.transaction(scopeOf(principal), (tx) => listTenants(tx, paging))
      return { status: 200, body: listBody(query, items.map(tenantDocument), paging.meta(total)) }
    },
  })
