import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { Id } from '#lib/schema'
import type { IamParts } from '../../deps.ts'
import { permissions } from '../../permissions.ts'
import { requestRunToken } from '../../token/run-token.ts'
import { IssuedDocument, issued } from '../../token/token-document.ts'

const Body = Type.Object(
  {
    flowId: Id,
    tenant: Type.String({ format: 'uuid', description: 'The tenant of the flow' }),
    accounts: Type.Array(Id, { maxItems: 100, description: 'Who started the flow, then its owners' }),
    scope: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
        maxItems: 200,
        description: 'What the runs may do at most of what the account may do; default nothing',
      }),
    ),
    secrets: Type.Optional(
      Type.Array(Id, {
        maxItems: 100,
        description: 'Which of the secrets of the account the runs may read; default none',
      }),
    ),
  },
  { additionalProperties: false },
)

const Answer = Type.Object(
  {
    ...IssuedDocument.properties,
    accountId: Type.String({ format: 'uuid', description: 'In whose name the runs act by it' }),
  },
  { additionalProperties: false },
)

/** `POST /run-tokens`: for the service that runs flows. */
export const postRunToken = (parts: Pick<IamParts, 'db' | 'bus' | 'clock' | 'catalogue'>) =>
  route({
    method: 'POST',
    path: '/api/v1/run-tokens',
    summary: 'Get a token of 15 minutes by which the runs of a flow act',
    description:
      'In the name of the first of `accounts` that is ACTIVE and belongs to the ACTIVE tenant; 409 where nobody is left. Its value is told this ' +
      'once. Asked for again with the same secrets, the token lives on and gets another value; the older ones end when they would have.',
    permission: permissions.tokenDelegate,
    body: Body,
    response: { 200: Answer },
    errors: ['conflict'],
    async handle({ body, principal }) {
      const token = await requestRunToken(parts, principal, { scope: [], secrets: [], ...body })
      return { status: 200, body: { ...issued(token), accountId: token.accountId } }
    },
  })
