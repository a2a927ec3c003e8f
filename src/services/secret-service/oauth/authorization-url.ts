import { createHash } from 'node:crypto'
import { fieldError } from '#lib/errors'
import type { Fields } from '../vault/vault.ts'
import type { FlowMemory } from './auth-flow.ts'

/**
 * The address to which a user is sent. Placeholders of the template are filled in; what keeps the authorization safe is set in any case:
 * the state, where to come back to, the challenge of PKCE (RFC 7636, S256), and the nonce.
 */
export function authorizationUrl(client: Fields, state: string, memory: FlowMemory): string {
  const { auth } = client.endpoints as { auth: string }
  const { scope, redirectUri, nonce, verifier } = memory
  const values: Readonly<Record<string, string>> = { scope, state, redirectUri, clientId: String(client.clientId) }
  const filled = auth.replaceAll(/\{\{(scope|state|redirectUri|clientId)\}\}/g, (_, name: string) =>
    encodeURIComponent(values[name] ?? ''),
  )
  const url = new URL(filled)
  const { searchParams } = url
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const wanted = { state, redirect_uri: redirectUri, code_challenge: challenge, code_challenge_method: 'S256' }
  for (const [name, value] of Object.entries(wanted)) searchParams.set(name, value)
  if (nonce !== undefined) searchParams.set('nonce', nonce)
  const usual = { response_type: 'code', client_id: values.clientId ?? '', scope }
  for (const [name, value] of Object.entries(usual))
    if (value !== '' && !searchParams.has(name)) searchParams.set(name, value)
  return url.href
}

/** The scope of a client, then that of a request, each word once. */
export function combinedScope(client: Fields, scope: string | undefined): string {
  const words = [client.predefinedScope, scope].flatMap((each) => (typeof each === 'string' ? each.split(/\s+/) : []))
  return [...new Set(words.filter((word) => word !== ''))].join(' ')
}

/**
 * Where a user is led in the end, in the form that browsers give addresses, which every header can hold. Throws `invalid-body` unless it is a page of
 * this hub, or exactly what the client lists.
 */
export function demandSuccessUrl(
  client: Fields,
  successUrl: string | undefined,
  publicUrl: string,
): string | undefined {
  if (successUrl === undefined) return undefined
  const url = URL.parse(successUrl)
  const listed = Array.isArray(client.successUrls) && client.successUrls.includes(successUrl)
  const isPlain = url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.username === ''
  if (isPlain && (listed || url.origin === new URL(publicUrl).origin)) return url.href
  throw fieldError(
    'invalid-body',
    'successUrl',
    'must be one of the "successUrls" of the auth client, or a page of this hub',
  )
}

/** The address with the id of the secret appended to its query. */
export function withSecretId(successUrl: string, secretId: string): string {
  const [address = '', ...fragment] = successUrl.split('#')
  const separator = address.includes('?') ? '&' : '?'
  return [`${address}${separator}secretId=${secretId}`, ...fragment].join('#')
}
