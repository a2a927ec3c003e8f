import { Type } from 'typebox'
import { type ErrorCode, HubError } from '#lib/errors'
import { type AnswerSchemas, type Method, type Route, route } from '#lib/http/route'
import type { OpenidProvider } from '../../openid/provider.ts'

/** What the provider answers to whom it refuses (RFC 6749, 5.2). */
const Refusal = Type.Object(
  { error: Type.String({ description: 'Stable; decide by this' }), error_description: Type.Optional(Type.String()) },
  { additionalProperties: true },
)
const Document = Type.Object({}, { additionalProperties: true })
const text = Type.String()

const Tokens = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds' }),
  scope: Type.Optional(Type.String()),
  id_token: Type.Optional(Type.String()),
  refresh_token: Type.Optional(Type.String({ description: 'Good once: each use gives a new one' })),
})

const Introspection = Type.Object(
  {
    active: Type.Boolean(),
    sub: Type.Optional(Type.String({ description: 'The user, if the token is one of a user' })),
    client_id: Type.Optional(Type.String()),
    scope: Type.Optional(Type.String()),
    exp: Type.Optional(Type.Integer()),
  },
  { additionalProperties: true },
)

const TokenForm = Type.Object({
  grant_type: Type.Enum(['authorization_code', 'refresh_token', 'client_credentials']),
  code: Type.Optional(Type.String()),
  code_verifier: Type.Optional(Type.String()),
  redirect_uri: Type.Optional(Type.String()),
  refresh_token: Type.Optional(Type.String()),
  scope: Type.Optional(Type.String()),
  client_id: Type.Optional(Type.String()),
  client_secret: Type.Optional(Type.String()),
})

const TokenQuestion = Type.Object({
  token: Type.String(),
  token_type_hint: Type.Optional(Type.String()),
  client_id: Type.Optional(Type.String()),
  client_secret: Type.Optional(Type.String()),
})

const SignOut = Type.Object({ xsrf: Type.String(), logout: Type.Optional(Type.Literal('yes')) })

const byClient = 'The client authenticates itself with its secret (`client_secret_basic` or `_post`), or names itself.'
const form = { rawBody: true, consumes: 'application/x-www-form-urlencoded', bodyLimit: 65_536 } as const

interface Served {
  readonly method: Method
  readonly path: string
  readonly summary: string
  readonly description?: string
  readonly response: AnswerSchemas
  readonly body?: typeof TokenForm | typeof TokenQuestion | typeof SignOut
  readonly params?: ReturnType<typeof Type.Object>
  readonly errors?: readonly ErrorCode[]
  /** Whether it makes the hub remember that somebody has begun to sign in. */
  readonly isBeginning?: boolean
  /** Default: JSON, whatever the caller would rather have. */
  readonly produces?: 'text/html'
}

const refusals = { 400: Refusal, 401: Refusal }

const served: readonly Served[] = [
  {
    method: 'GET',
    path: '/.well-known/openid-configuration',
    summary: 'What the OpenID provider offers, and where',
    response: { 200: Document },
  },
  {
    method: 'GET',
    path: '/.well-known/oauth-authorization-server',
    summary: 'The same under the name of OAuth 2.0 (RFC 8414)',
    response: { 200: Document },
  },
  {
    method: 'GET',
    path: '/auth',
    summary: 'Sign a user in for an application: the code flow, with PKCE',
    description: 'For browsers: leads to the pages where the user signs in and consents, and back to the application.',
    produces: 'text/html',
    response: { 303: null, 400: text },
    errors: ['too-many-requests'],
    isBeginning: true,
  },
  {
    method: 'GET',
    path: '/auth/:uid',
    summary: 'Go on after the user has signed in or consented',
    params: Type.Object({ uid: Type.String({ maxLength: 100 }) }),
    produces: 'text/html',
    response: { 303: null, 400: text },
  },
  {
    method: 'POST',
    path: '/token',
    summary: 'Get tokens for a code, for a refresh token, or for the client itself',
    description: byClient,
    body: TokenForm,
    response: { 200: Tokens, ...refusals },
  },
  {
    method: 'POST',
    path: '/token/introspection',
    summary: 'Ask whether a token is in force, whose it is and what it allows',
    description: byClient,
    body: TokenQuestion,
    response: { 200: Introspection, ...refusals },
  },
  {
    method: 'POST',
    path: '/token/revocation',
    summary: 'Withdraw a token of the client, with all that came of the same consent',
    description: byClient,
    body: TokenQuestion,
    response: { 200: null, ...refusals },
  },
  {
    method: 'GET',
    path: '/session/end',
    summary: 'Sign a user out who has signed out of an application',
    description:
      'For browsers: asks the user, and leads back to one of the addresses that the client has registered for it.',
    produces: 'text/html',
    response: { 200: text, 400: text },
  },
  {
    method: 'POST',
    path: '/session/end/confirm',
    summary: 'Sign out of the hub, or of the application alone',
    body: SignOut,
    produces: 'text/html',
    response: { 303: null, 400: text },
  },
  {
    method: 'GET',
    path: '/session/end/success',
    summary: 'What is shown to whom no application wants back',
    produces: 'text/html',
    response: { 200: text, 400: text },
  },
  ...(['GET', 'POST'] as const).map((method) => ({
    method,
    path: '/me',
    summary: 'What the scope of the access token tells of its user',
    description: 'The token comes as `Authorization: Bearer`. Tokens of the hub itself are good elsewhere only.',
    response: { 200: Document, ...refusals, 403: Refusal },
  })),
  {
    method: 'OPTIONS',
    path: '/me',
    summary: 'Whether a page of another origin may ask for it',
    response: { 204: null },
  },
]

/** Characters of a request to sign in, all of which is kept until it is done. */
const MOST_OF_REQUEST = 6_000

/**
 * Everything that the library answers, as routes of the hub; its answers are sent as they are. `pace` throws where an address begins too many
 * sign-ins.
 */
export function providerRoutes(
  provider: Pick<OpenidProvider, 'answer'>,
  pace: (address: string) => Promise<void>,
): Route[] {
  return served.map(({ path, body, isBeginning, ...rest }) =>
    route({
      ...rest,
      path: `/op${path}`,
      tags: ['OpenID provider'],
      permission: 'public',
      ...(body && { ...form, body }),
      async handle({ method, headers: given, url, ip, params, body: bytes }) {
        if (isBeginning && url.length > MOST_OF_REQUEST) {
          throw new HubError('bad-request', `The address must not have more than ${MOST_OF_REQUEST} characters`)
        }
        if (isBeginning) await pace(ip)
        // To whom asks no more than what there is, the library has no answer.
        const isPreflight = given.origin !== undefined && given['access-control-request-method'] !== undefined
        if (method === 'OPTIONS' && !isPreflight)
          return { status: 204, headers: { allow: 'GET, POST, OPTIONS' } } as never
        // It would write a page or JSON as the caller would rather have it.
        const headers = { ...given, accept: rest.produces ?? 'application/json' }
        const to = path.replace(':uid', encodeURIComponent((params as { uid?: string }).uid ?? ''))
        const content = Buffer.isBuffer(bytes) ? { body: bytes } : {}
        return (await provider.answer({ method, path: to, headers, url, ip, ...content })) as never
      },
    }),
  )
}
