import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import { found, type IamParts } from '../../deps.ts'
import { IdParams, UserDocument, userDocument } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { findUserById } from '../../user/user-store.ts'

/** `GET /users/:id`: unknown users and those of other tenants look the same. */
export const getUser = ({ db }: Pick<IamParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/users/:id',
    summary: 'Read a user',
    permission: permissions.memberRead,
    params: IdParams,
    response: { 200: UserDocument },
    errors: ['not-found'],
    async handle({ params, principal }) {
      const user = await db.transaction(scopeOf(principal), (tx) => findUserById(tx, params.id))
      return { status: 200, body: userDocument(found(user, 'user')) }
    },
  })
