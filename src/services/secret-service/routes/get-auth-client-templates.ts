import { Type } from 'typebox'
import { route } from '#lib/http/route'
import type { SecretParts } from '../deps.ts'
import { callbackUrl } from '../oauth/callback-url.ts'
import { providerTemplates } from '../oauth/provider-templates.ts'
import { demandPerson } from '../owners.ts'

const Template = Type.Object({
  key: Type.String({ description: 'What an auth client names as its `template`' }),
  name: Type.String(),
  type: Type.Literal('OA2_AUTHORIZATION_CODE'),
  documentation: Type.String({ description: 'Where to register the hub as a client' }),
  fields: Type.Object({}, { additionalProperties: true, description: 'What an auth client gets from it' }),
})

const RedirectUri = Type.String({ description: 'What to register at any provider: where it leads users back to' })

/** `GET /auth-client-templates` */
export const getAuthClientTemplates = (parts: Pick<SecretParts, 'publicUrl'>) =>
  route({
    method: 'GET',
    path: '/api/v1/auth-client-templates',
    summary: 'List the providers that an auth client can be made for by its credentials alone',
    permission: 'signed-in',
    response: { 200: Type.Object({ data: Type.Array(Template), redirectUri: RedirectUri }) },
    async handle({ principal }) {
      demandPerson(principal)
      const type = 'OA2_AUTHORIZATION_CODE' as const
      const data = providerTemplates.map((template) => ({ ...template, type }))
      return { status: 200, body: { data, redirectUri: callbackUrl(parts) } }
    },
  })
