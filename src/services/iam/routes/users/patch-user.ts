import { Type } from 'typebox'
import { route } from '#lib/http/route'
import type { IamParts } from '../../deps.ts'
import { IdParams, UserDocument, userDocument } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { NullableName, userBody, withNames } from '../../user/user-body.ts'
import { modifyUser } from '../../user/user-modification.ts'

const { username, password, status, confirmed, roles, permissions: given } = userBody
const Body = Type.Partial(
  Type.Object({
    ...{ username, password, status, confirmed, roles, permissions: given },
    firstname: NullableName,
    lastname: NullableName,
  }),
  { additionalProperties: false },
)

/** `PATCH /users/:id`: what is absent stays; nobody changes whom they could not have made. */
export const patchUser = (parts: IamParts) =>
  route({
    method: 'PATCH',
    path: '/api/v1/users/:id',
    summary: 'Change a user: the account, and what it may do in the tenant',
    permission: permissions.memberUpdate,
    params: IdParams,
    body: Body,
    response: { 200: UserDocument },
    errors: ['forbidden', 'not-found', 'conflict'],
    async handle({ params, body, principal }) {
      const user = await modifyUser(parts, principal, params.id, withNames(body))
      return { status: 200, body: userDocument(user) }
    },
  })
