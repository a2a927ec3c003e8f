import { type TSchema, Type } from 'typebox'

/** The kinds of auth clients. */
export const authClientTypes = [
  'OA1_TWO_LEGGED',
  'OA1_THREE_LEGGED',
  'OA2_AUTHORIZATION_CODE',
  'OA2_CLIENT_CREDENTIALS',
  'SESSION_AUTH',
] as const

/** One of them. */
export type AuthClientType = (typeof authClientTypes)[number]

/** What a kind of auth client consists of. */
export interface AuthClientTypeDefinition {
  /** What callers send beside name, type and owners. */
  readonly fields: Readonly<Record<string, TSchema>>
  /** Those that must be given, by the caller or by a template. */
  readonly required: readonly string[]
  /** Those that are sealed, as they are credentials or may hold some; the others are no secret. */
  readonly sealed: readonly string[]
}

const text = (description: string, maxLength = 2_048) => Type.String({ minLength: 1, maxLength, description })
const address = (description: string) => Type.String({ pattern: '^https?://\\S+$', maxLength: 2_048, description })
const closed = { additionalProperties: false } as const

/** How a request for a session carries the fields that are filled in. */
export const requestTypes = ['HEADER_AUTH', 'BODY_AUTH', 'PARAMS_AUTH', 'FORM_AUTH'] as const

/** How somebody at a provider is told from others: by what it says in the ID token or at its userinfo endpoint. */
export const preprocessors = ['default', 'oidc', 'userinfo', 'microsoft', 'azure', 'zoom'] as const

const RequestSchema = Type.Object(
  {
    authType: Type.Enum([...requestTypes]),
    url: address('Where to post; `{{fields.x}}` stands for a field'),
    label: Type.Optional(text('For people', 200)),
    requestFields: Type.Array(
      Type.Object({ key: text('Its name', 200), value: Type.String({ maxLength: 4_096 }) }, closed),
      { maxItems: 50, description: 'What is sent; `{{fields.x}}` in a value stands for a field' },
    ),
  },
  closed,
)

const grant = {
  clientId: text('By which the provider knows the client'),
  clientSecret: text('Its password', 8_192),
  predefinedScope: text('Asked for in any case, before the scope of a request', 4_096),
  authMethod: Type.Enum(['client_secret_post', 'client_secret_basic'], {
    description: 'How the client proves itself; default `client_secret_post`',
  }),
  defaultExpiresIn: Type.Integer({
    minimum: 60,
    maximum: 315_360_000,
    description: 'Seconds for which a token counts whose provider does not say; default: no end',
  }),
}

/** What each kind consists of. */
export const authClientTypeOf: Readonly<Record<AuthClientType, AuthClientTypeDefinition>> = {
  OA1_TWO_LEGGED: {
    fields: {
      ...{ consumerKey: text('The key'), consumerSecret: text('The secret', 8_192), nonce: text('The nonce') },
      ...{
        signature: text('The signature', 8_192),
        signatureMethod: text('The method'),
        verifier: text('The verifier'),
      },
    },
    required: ['consumerKey', 'consumerSecret'],
    sealed: ['consumerKey', 'consumerSecret', 'signature', 'verifier'],
  },
  OA1_THREE_LEGGED: {
    fields: {
      ...{
        key: text('The key'),
        secret: text('The secret', 8_192),
        appName: text('Shown to users'),
        nonce: text('The nonce'),
      },
      ...{ signature: text('The signature', 8_192), signatureMethod: text('The method'), expiration: text('The end') },
      redirectUri: address('Where users come back to'),
      endpoints: Type.Object(
        { request: address('For a token'), authorize: address('For users'), access: address('For the final token') },
        closed,
      ),
      preprocessor: text('As existing clients store it'),
    },
    required: ['key', 'secret', 'endpoints', 'redirectUri'],
    sealed: ['key', 'secret', 'signature'],
  },
  OA2_AUTHORIZATION_CODE: {
    fields: {
      ...grant,
      redirectUri: address('Where users come back to: the callback of this hub, and that is the default'),
      refreshWithScope: Type.Boolean({ description: 'Whether a refresh names the scope; default false' }),
      preprocessor: preprocessor(),
      endpoints: Type.Object(
        {
          auth: address('For users; `{{scope}}`, `{{state}}`, `{{redirectUri}}` and `{{clientId}}` are filled in'),
          token: address('For tokens'),
          userinfo: Type.Optional(address('Who somebody is')),
          revocation: Type.Optional(address('To revoke a token')),
          endSession: Type.Optional(address('To sign out')),
        },
        closed,
      ),
      successUrls: Type.Array(address('An address'), {
        maxItems: 50,
        uniqueItems: true,
        description: 'Where a user may be led in the end; pages of this hub need not be listed',
      }),
      issuer: address('Of the provider: a callback and an ID token that name another are refused (RFC 9207)'),
      issuerRequired: Type.Boolean({ description: 'Whether a callback must name the issuer; default false' }),
      refreshIdleDays: Type.Integer({
        minimum: 1,
        maximum: 365,
        description: 'After how many days a token that nobody reads is refreshed, lest it die; default 7',
      }),
    },
    required: ['clientId', 'clientSecret', 'endpoints'],
    sealed: ['clientId', 'clientSecret'],
  },
  OA2_CLIENT_CREDENTIALS: {
    fields: { ...grant, endpoints: Type.Object({ token: address('For tokens') }, closed) },
    required: ['clientId', 'clientSecret', 'endpoints'],
    sealed: ['clientId', 'clientSecret'],
  },
  SESSION_AUTH: {
    fields: {
      fields: Type.Array(
        Type.Object(
          {
            key: Type.String({ pattern: '^[\\w.-]{1,100}$' }),
            label: Type.Optional(text('For people', 200)),
            required: Type.Optional(Type.Boolean()),
          },
          closed,
        ),
        { maxItems: 50, description: 'What a secret has to fill in' },
      ),
      tokenPath: text('Where the token stands in the answer: names with dots between them', 500),
      expirationPath: text('Where its end stands: seconds from then, since 1970, or ISO 8601', 500),
      defaultExpiresIn: grant.defaultExpiresIn,
      endpoints: Type.Object({ auth: RequestSchema, verification: Type.Optional(RequestSchema) }, closed),
    },
    required: ['fields', 'tokenPath', 'endpoints'],
    sealed: ['endpoints'],
  },
}

function preprocessor(): TSchema {
  return Type.Enum([...preprocessors, ...preprocessors.map((name) => `preprocessor.${name}`)], {
    description:
      'How somebody is told from others at the provider: `oidc` by `sub` of the ID token, `microsoft` and `azure` by its `tid` and `oid`, else by ' +
      '`iss` and `sub`, never by an e-mail address, `userinfo` and `zoom` by `sub` or `id` at the userinfo endpoint; `default` by nothing, so that each consent makes another secret',
  })
}
