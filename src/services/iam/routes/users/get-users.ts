import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { pagingOf } from '#lib/paging'
import { Id } from '#lib/schema'
import { scopeOf } from '#lib/scope'
import type { IamParts } from '../../deps.ts'
import { ListOf, listBody, listQuery, UserDocument, userDocument } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { listUsers } from '../../user/user-store.ts'
import { normaliseUsername } from '../../user/username.ts'

const Query = Type.Object(
  {
    ...listQuery,
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
    async handle({ query, principal }) {
      const { userId: ids, username } = query
      const filter = { ...(ids && { ids }), ...(username && { usernames: username.map(normaliseUsername) }) }
      const paging = pagingOf(query)
      const { items, total } = await db.transaction(scopeOf(principal), (tx) => listUsers(tx, filter, paging))
      return { status: 200, body: listBody(query, items.map(userDocument), paging.meta(total)) }
    },
  })
