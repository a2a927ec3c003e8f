import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { Id } from '#lib/schema'
import type { IamParts } from '../../deps.ts'
import { Lifespan, secondsOf } from '../../token/lifespan.ts'
import { IssuedDocument, issued } from '../../token/token-document.ts'
import { requestToken } from '../../token/token-request.ts'

const Names = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 200 })

const Body = Type.Object(
  {
    accountId: Type.Optional(Type.String({ format: 'uuid', description: 'Who is to act by it; default you' })),
    tenant: Type.Optional(Id),
    expiresIn: Type.Optional(Lifespan),
    inquirer: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'What it is for' })),
    description: Type.Optional(Type.String({ maxLength: 1000 })),
    customPermissions: Type.Optional(Names),
    scope: Type.Optional(Names),
    new: Type.Optional(Type.Boolean({ default: false })),
  },
  { additionalProperties: false },
)

/** `POST /tokens`: the value is told this once. */
export const postToken = (parts: Pick<IamParts, 'db' | 'bus' | 'clock' | 'catalogue' | 'config'>) =>
  route({
    method: 'POST',
    path: '/api/v1/tokens',
    summary: 'Make a token: for yourself by a login, for others with "iam.token.create"',
    description:
      'Its value is told this once. It allows what the account may do, at most what `scope` names, and for another account at most what ' +
      'you may do yourself; `customPermissions` (with "iam.token.update") are exactly what it allows, whatever the account may do. If there is ' +
      'one like it, it gets another value and the older ones stay valid until they end, unless `new` is true.',
    permission: 'signed-in',
    body: Body,
    response: { 200: IssuedDocument },
    errors: ['forbidden', 'not-found', 'conflict'],
    async handle({ body, principal }) {
      const { new: isNew = false, expiresIn = `${parts.config.loginTokenHours}h`, ...asked } = body
      const lifespan = secondsOf(expiresIn, 'expiresIn')
      return { status: 200, body: issued(await requestToken(parts, principal, { ...asked, lifespan, isNew })) }
    },
  })
