import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { cursorPagingOf, sortQuery } from '#lib/paging'
import { Id } from '#lib/schema'
import { scopeOf, tenantOf } from '#lib/scope'
import type { IamParts } from '../../deps.ts'
import { ListOf, listAnswer, StatusSchema, searchableListQuery, UserDocument, userDocument } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { listUsers, userSorts } from '../../user/user-store.ts'
import { normaliseUsername } from '../../user/username.ts'

const Query = Type.Object(
  {
    ...searchableListQuery,
    ...sortQuery(userSorts, 'createdAt'),
    status: Type.Optional(StatusSchema),
    tenant: Type.Optional({ ...Id, description: 'Its members' }),
    role: Type.Optional({ ...Id, description: 'Who has it' }),
    userId: Type.Optional(Type.Array(Id, { maxItems: 100, description: 'May be repeated' })),
    username: Type.Optional(
      Type.Array(Type.String({ maxLength: 1024 }), { maxItems: 100, description: 'May be repeated' }),
    ),
  },
  { additionalProperties: false },
)

/** `GET /users`: people, not services. */
export const getUsers = ({ db }: Pick<IamParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/users',
    summary: 'List the users of the tenant, for admins those of all tenants',
    permission: permissions.memberRead,
    query: Query,
    response: { 200: ListOf(UserDocument) },
    async handle({ query, principal, url }) {
      const { userId: ids, username, search, status, tenant, role } = query
      const scope = scopeOf(principal)
      const tenantId = tenant ?? tenantOf(scope)
      const filter = {
        ...(ids && { ids }),
        ...(username && { usernames: username.map(normaliseUsername) }),
        ...(search && { search }),
        ...(status && { status }),
        ...(tenantId && { tenantId }),
        ...(role && { roleId: role }),
      }
      const paging = cursorPagingOf(query, userSorts, 'createdAt')
      const page = await db.transaction(scope, (tx) => listUsers(tx, filter, paging))
      return listAnswer({ query, url }, page, userDocument)
    },
  })
