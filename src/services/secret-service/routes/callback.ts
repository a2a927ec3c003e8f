import { timingSafeEqual } from 'node:crypto'
import { Type } from 'typebox'
import { HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import { Id } from '#lib/schema'
import type { SecretParts } from '../deps.ts'
import { withSecretId } from '../oauth/authorization-url.ts'
import { readMark } from '../oauth/browser-cookie.ts'
import { type Connected, connect } from '../oauth/connection.ts'
import type { ProviderCalls } from '../oauth/provider-calls.ts'
import { demandPerson } from '../owners.ts'

const path = '/api/v1/callback'

const Answer = Type.Object({
  data: Type.Object({
    secretId: Id,
    successUrl: Type.Optional(Type.String()),
    payload: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'As it was given at the start' })),
  }),
})

/** What the address holds is for nobody else's eyes. */
const headers = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }

/** `GET /callback` */
export const getCallback = (parts: SecretParts & { readonly calls: ProviderCalls }) =>
  route({
    method: 'GET',
    path,
    summary: 'Where providers lead users back to',
    description:
      'In the browser that began, which its cookie shows. Leads on to the `successUrl` of the start with `secretId` appended; without one, tells it. ' +
      'What goes wrong is told to browsers by a page.',
    permission: 'public',
    forBrowsers: true,
    response: { 200: Answer, 302: null },
    errors: ['forbidden', 'conflict'],
    async handle(request) {
      const mark = readMark(request.headers, request.origin)
      const connected = await connect(parts, {
        query: new URLSearchParams(request.url.split('?')[1] ?? ''),
        demandSame({ sessionHash }) {
          if (mark !== undefined && timingSafeEqual(mark, sessionHash)) return
          throw new HubError('forbidden', 'Cannot connect as the browser must be the one in which this was begun')
        },
      })
      if (connected.successUrl === undefined) return { status: 200, headers, body: { data: documentOf(connected) } }
      const location = withSecretId(connected.successUrl, connected.secretId)
      return { status: 302, headers: { ...headers, location } }
    },
  })

/** `POST /callback` */
export const postCallback = (parts: SecretParts & { readonly calls: ProviderCalls }) =>
  route({
    method: 'POST',
    path,
    summary: 'End an authorization that was begun without a browser',
    description:
      'With the parameters by which the provider led the user back, and a token of the account that began. Nobody else can end it, as nobody else ' +
      'may be given what the user has consented to.',
    permission: 'signed-in',
    body: Type.Object(
      {
        state: Type.String({ minLength: 1, maxLength: 200 }),
        code: Type.Optional(Type.String({ maxLength: 8_192 })),
        iss: Type.Optional(Type.String({ maxLength: 2_048 })),
        error: Type.Optional(Type.String({ maxLength: 200 })),
      },
      { additionalProperties: false },
    ),
    wrappable: true,
    response: { 200: Answer },
    errors: ['conflict'],
    async handle({ body, principal }) {
      demandPerson(principal)
      const connected = await connect(parts, {
        query: new URLSearchParams(body),
        demandSame({ userId, tenantId }) {
          if (userId === principal.id && tenantId === principal.tenant) return
          throw new HubError('forbidden', 'Cannot connect as the caller must be who began it')
        },
      })
      return { status: 200, headers, body: { data: documentOf(connected) } }
    },
  })

function documentOf({ secretId, successUrl, payload }: Connected) {
  return { secretId, ...(successUrl !== undefined && { successUrl }), ...(payload !== undefined && { payload }) }
}
