import { Type } from 'typebox'
import { route } from '#lib/http/route'
import type { IamParts } from '../../deps.ts'
import { IdParams, UserDocument, userDocument } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { NullableName, userBody, withNames } from '../../user/user-body.ts'
import { modifyUser } from '../../user/user-modification.ts'

const { username, password, status, confirmed, roles, permissions: given } = userBody
const Body = Type.Object(
  {
    username,
    status: Type.Optional(status),
    confirmed: Type.Optional(confirmed),
    firstname: Type.Optional(NullableName),
    lastname: Type.Optional(NullableName),
    password: Type.Optional(password),
    roles: Type.Optional(roles),
    permissions: Type.Optional(given),
  },
  { additionalProperties: false },
)

/**
 * `PUT /users/:id`: names, status and confirmation become as given, as for a new user where they are absent. A password cannot be read
 * back, and rights are no fields of the account: these stay where they are absent.
 */
export const putUser = (parts: IamParts) =>
  route({
    method: 'PUT',
    path: '/api/v1/users/:id',
    summary: 'Replace a user; password, roles and permissions stay where they are absent',
    permission: permissions.memberUpdate,
    params: IdParams,
    body: Body,
    response: { 200: UserDocument },
    errors: ['forbidden', 'not-found', 'conflict'],
    async handle({ params, body, principal }) {
      const { firstname = null, lastname = null, status = 'ACTIVE', confirmed = false, ...rest } = body
      const request = withNames({ ...rest, firstname, lastname, status, confirmed })
      const user = await modifyUser(parts, principal, params.id, request)
      return { status: 200, body: userDocument(user) }
    },
  })
