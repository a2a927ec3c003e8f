import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { cursorPagingOf, sortQuery } from '#lib/paging'
import { Id } from '#lib/schema'
import { found, type IamParts } from '../../deps.ts'
import {
  IdParams,
  ListOf,
  listAnswer,
  StatusSchema,
  searchableListQuery,
  UserDocument,
  userDocument,
} from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { scopeOfTenant } from '../../tenant/tenant-scope.ts'
import { findTenantById } from '../../tenant/tenant-store.ts'
import { listUsers, userSorts } from '../../user/user-store.ts'

const Query = Type.Object(
  {
    ...searchableListQuery,
    ...sortQuery(userSorts, 'createdAt'),
    status: Type.Optional(StatusSchema),
    role: Type.Optional({ ...Id, description: 'Who has it' }),
  },
  { additionalProperties: false },
)

/** `GET /tenants/:id/users`: each as seen in that tenant. */
export const getTenantUsers = ({ db }: Pick<IamParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/tenants/:id/users',
    summary: 'List the users of a tenant, with what they may do there',
    permission: permissions.memberRead,
    params: IdParams,
    query: Query,
    response: { 200: ListOf(UserDocument) },
    errors: ['not-found'],
    async handle({ params, query, principal, url }) {
      const { search, status, role } = query
      const scope = scopeOfTenant(principal, params.id)
      const filter = {
        tenantId: scope.tenant,
        ...(search && { search }),
        ...(status && { status }),
        ...(role && { roleId: role }),
      }
      const paging = cursorPagingOf(query, userSorts, 'createdAt')
      const page = await db.transaction(scope, async (tx) => {
        found(await findTenantById(tx, params.id), 'tenant')
        return listUsers(tx, filter, paging)
      })
      return listAnswer({ query, url }, page, userDocument)
    },
  })
