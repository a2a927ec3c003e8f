import { Type } from 'typebox'
import { route } from '#lib/http/route'
import type { IamParts } from '../../deps.ts'
import type { LoginGuards } from '../../login/guarded-try.ts'
import { changeOwnPassword } from '../../login/password-change.ts'
import { userBody } from '../../user/user-body.ts'

const Body = Type.Object(
  {
    currentPassword: Type.String({ minLength: 1, maxLength: 1024 }),
    newPassword: userBody.password,
    endTokens: Type.Optional(
      Type.Boolean({ default: false, description: 'Whether the tokens that you have made end too' }),
    ),
  },
  { additionalProperties: false },
)

/** `PUT /users/me/password`: for everybody who has a password. */
export const putMyPassword = (parts: IamParts, guards: LoginGuards) =>
  route({
    method: 'PUT',
    path: '/api/v1/users/me/password',
    summary: 'Change your own password, by a login; all your other logins end',
    description: 'A wrong present password counts as a failed login.',
    permission: 'signed-in',
    body: Body,
    bodyLimit: 16_384,
    response: { 204: null },
    errors: ['forbidden', 'too-many-requests'],
    async handle({ body, principal, ip }) {
      await changeOwnPassword(parts, guards, principal, { endTokens: false, ...body, address: ip })
      return { status: 204 }
    },
  })
