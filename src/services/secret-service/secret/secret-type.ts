import { type TSchema, Type } from 'typebox'
import { Id } from '#lib/schema'

/** The kinds of secrets. */
export const secretTypes = [
  'SIMPLE',
  'MIXED',
  'API_KEY',
  'OA1_TWO_LEGGED',
  'OA1_THREE_LEGGED',
  'OA2_AUTHORIZATION_CODE',
  'OA2_CLIENT_CREDENTIALS',
  'SESSION_AUTH',
] as const

/** One of them. */
export type SecretType = (typeof secretTypes)[number]

/** What a kind of secret consists of. */
export interface SecretTypeDefinition {
  /** The value as callers send it; all its fields together. */
  readonly value: Readonly<Record<string, TSchema>>
  /** Those of its fields that must be given. */
  readonly required: readonly string[]
  /** Those that are sealed; the others are no secret. */
  readonly sealed: readonly string[]
  /** Those of the sealed that only readers of clear values see, by what the others see instead. */
  readonly masked: Readonly<Record<string, 'nothing' | 'tail'>>
  /** The field that says when the value is over. */
  readonly end?: 'expires' | 'expiresAt'
}

const text = (maxLength: number, description: string) => Type.String({ minLength: 1, maxLength, description })
const token = (description: string) => text(16_384, description)
const authClientId = { ...Id, description: 'The auth client it is obtained through' }
const moment = Type.Union(
  [Type.String({ format: 'date-time' }), Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 })],
  { description: 'ISO 8601, or milliseconds since 1970' },
)
const obtained = {
  authClientId,
  accessToken: token('What calls are made with'),
  scope: text(4_096, 'What it is good for'),
  expires: moment,
}

/** What each kind consists of. */
export const secretTypeOf: Readonly<Record<SecretType, SecretTypeDefinition>> = {
  SIMPLE: {
    value: { username: text(1_024, 'The name'), passphrase: text(4_096, 'The password') },
    required: ['username', 'passphrase'],
    sealed: ['username', 'passphrase'],
    masked: { passphrase: 'nothing' },
  },
  MIXED: {
    value: { payload: text(65_536, 'Any text, mostly JSON') },
    required: ['payload'],
    sealed: ['payload'],
    masked: { payload: 'tail' },
  },
  API_KEY: {
    value: { key: text(4_096, 'The key'), headerName: headerName() },
    required: ['key'],
    sealed: ['key'],
    masked: { key: 'tail' },
  },
  OA1_TWO_LEGGED: { value: { expiresAt: moment }, required: [], sealed: [], masked: {}, end: 'expiresAt' },
  OA1_THREE_LEGGED: {
    value: { ...obtained, accessTokenSecret: token('The secret of the token'), externalId: externalId() },
    required: ['authClientId', 'accessToken', 'accessTokenSecret'],
    sealed: ['accessToken', 'accessTokenSecret'],
    masked: { accessToken: 'tail', accessTokenSecret: 'tail' },
    end: 'expires',
  },
  OA2_AUTHORIZATION_CODE: {
    value: { ...obtained, refreshToken: token('By which the next one is obtained'), externalId: externalId() },
    required: ['authClientId', 'accessToken'],
    sealed: ['accessToken', 'refreshToken'],
    masked: { accessToken: 'tail', refreshToken: 'tail' },
    end: 'expires',
  },
  OA2_CLIENT_CREDENTIALS: {
    value: obtained,
    required: ['authClientId'],
    sealed: ['accessToken'],
    masked: { accessToken: 'tail' },
    end: 'expires',
  },
  SESSION_AUTH: {
    value: { ...obtained, inputFields: inputFields() },
    required: ['authClientId', 'inputFields'],
    sealed: ['accessToken', 'inputFields'],
    masked: { accessToken: 'tail', inputFields: 'nothing' },
    end: 'expires',
  },
}

function headerName(): TSchema {
  return Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$", description: 'The HTTP header it is sent in' })
}

function externalId(): TSchema {
  return text(1_024, 'Whom the provider knows by it; information only, by which nothing is found')
}

function inputFields(): TSchema {
  return Type.Record(Type.String({ pattern: '^[\\w.-]{1,100}$' }), Type.String({ maxLength: 4_096 }), {
    maxProperties: 50,
    description: 'By the keys of the fields of the auth client',
  })
}

/**
 * Whether the hub gets the next value by itself when this one is over. `sealed` are the names of the sealed fields that the value has.
 */
export function renews(type: SecretType, sealed: readonly string[]): boolean {
  if (type === 'OA2_AUTHORIZATION_CODE') return sealed.includes('refreshToken')
  return type === 'OA2_CLIENT_CREDENTIALS' || type === 'SESSION_AUTH'
}

/** What stands for a text that may not be seen; existing clients know secrets by their last four characters. */
export function masked(value: unknown, shown: 'nothing' | 'tail'): string {
  return shown === 'tail' && typeof value === 'string' && value.length >= 10 ? `***${value.slice(-4)}` : '***'
}
