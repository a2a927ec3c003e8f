import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { pagingOf } from '#lib/paging'
import { found, type IamParts } from '../../deps.ts'
import { IdParams, ListOf, listBody, listQuery, UserDocument, userDocument } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { scopeOfTenant } from '../../tenant/tenant-scope.ts'
import { findTenantById } from '../../tenant/tenant-store.ts'
import { listUsers } from '../../user/user-store.ts'

/** `GET /tenants/:id/users`: each as seen in that tenant. */
export const getTenantUsers = ({ db }: Pick<IamParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/tenants/:id/users',
    summary: 'List the users of a tenant, with what they may do there',
    permission: permissions.memberRead,
    params: IdParams,
    query: Type.Object(listQuery, { additionalProperties: false }),
    response: { 200: ListOf(UserDocument) },
    errors: ['not-found'],
    async handle({ params, query, principal }) {
      const paging = pagingOf(query)
      const { items, total } = await db.transaction(scopeOfTenant(principal, params.id), async (tx) => {
        found(await findTenantById(tx, params.id), 'tenant')
        return listUsers(tx, {}, paging)
      })
      return { status: 200, body: listBody(query, items.map(userDocument), paging.meta(total)) }
    },
  })
