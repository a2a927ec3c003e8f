import type { Owner, SecretType } from '../../api/secret-queries.ts'
import type { Actor } from '../../leave.ts'

/** What the types of secrets are called. */
export const typeNames: Readonly<Record<SecretType, string>> = {
  SIMPLE: 'User name and password',
  MIXED: 'Any text',
  API_KEY: 'API key',
  OA1_TWO_LEGGED: 'OAuth 1, two-legged',
  OA1_THREE_LEGGED: 'OAuth 1',
  OA2_AUTHORIZATION_CODE: 'OAuth 2',
  OA2_CLIENT_CREDENTIALS: 'OAuth 2, client credentials',
  SESSION_AUTH: 'Session at a provider',
}

/** What the fields of a value are called. */
export const fieldNames: Readonly<Record<string, string>> = {
  username: 'User name',
  passphrase: 'Password',
  payload: 'Text',
  key: 'Key',
  headerName: 'Header',
  accessToken: 'Access token',
  accessTokenSecret: 'Token secret',
  refreshToken: 'Refresh token',
  scope: 'Scope',
  externalId: 'Known there as',
  inputFields: 'Sign-in fields',
}

/** Who owns a secret, in a few words: "you and the tenant". */
export function ownersText(owners: readonly Owner[], me: Actor): string {
  const isMine = owners.some(({ id, type }) => type === 'USER' && id === me.id)
  const others = owners.filter(({ id, type }) => type === 'USER' && id !== me.id).length
  const parts = [
    ...(isMine ? ['you'] : []),
    ...(owners.some(({ type }) => type === 'TENANT') ? ['the tenant'] : []),
    ...(others > 0 ? [others === 1 ? '1 user' : `${others} users`] : []),
  ]
  return new Intl.ListFormat('en').format(parts)
}
