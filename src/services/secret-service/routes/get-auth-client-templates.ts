import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { providerTemplates } from '../oauth/provider-templates.ts'
import { demandPerson } from '../owners.ts'

const Template = Type.Object({
  key: Type.String({ description: 'What an auth client names as its `template`' }),
  name: Type.String(),
  type: Type.Literal('OA2_AUTHORIZATION_CODE'),
  documentation: Type.String({ description: 'Where to register the hub as a client' }),
  fields: Type.Object({}, { additionalProperties: true, description: 'What an auth client gets from it' }),
})

/** `GET /auth-client-templates` */
export const getAuthClientTemplates = () =>
  route({
    method: 'GET',
    path: '/api/v1/auth-client-templates',
    summary: 'List the providers that an auth client can be made for by its credentials alone',
    permission: 'signed-in',
    response: { 200: Type.Object({ data: Type.Array(Template) }) },
    async handle({ principal }) {
      demandPerson(principal)
      const type = 'OA2_AUTHORIZATION_CODE' as const
      return { status: 200, body: { data: providerTemplates.map((template) => ({ ...template, type })) } }
    },
  })
