import type { Fields } from '../vault/vault.ts'
import { demandStorable, type ProviderCalls, type Tokens } from './provider-calls.ts'
import { ProviderFailure } from './provider-failure.ts'

type Session = Pick<Tokens, 'accessToken' | 'expiresIn'>

interface SessionRequest {
  readonly authType: 'HEADER_AUTH' | 'BODY_AUTH' | 'PARAMS_AUTH' | 'FORM_AUTH'
  readonly url: string
  readonly requestFields: readonly { readonly key: string; readonly value: string }[]
}

/**
 * Begins a session as an auth client of type `SESSION_AUTH` describes it, with the fields that a secret fills in. Rejects with a
 * `ProviderFailure` where there is none.
 */
export async function beginSession(
  calls: Pick<ProviderCalls, 'post'>,
  client: Fields,
  inputFields: Readonly<Record<string, string>>,
  now: Date,
): Promise<Session> {
  demandInput(client, inputFields)
  const { auth } = client.endpoints as { auth: SessionRequest }
  const answer = await calls.post(requestOf(auth, inputFields))
  const accessToken = valueAt(answer, String(client.tokenPath))
  if (typeof accessToken !== 'string' || accessToken === '' || accessToken.length > 16_384)
    throw new ProviderFailure('The answer of the provider must have a token where the auth client says', {
      isFinal: false,
    })
  demandStorable({ accessToken })
  const end = typeof client.expirationPath === 'string' ? valueAt(answer, client.expirationPath) : undefined
  return { accessToken, expiresIn: secondsLeft(end, now) }
}

function demandInput(client: Fields, inputFields: Readonly<Record<string, string>>): void {
  const fields = client.fields as readonly { readonly key: string; readonly required?: boolean }[]
  const missing = fields.find(({ key, required }) => required && !inputFields[key])
  if (missing) throw new ProviderFailure(`The secret must fill in the field "${missing.key}"`, { isFinal: true })
}

function requestOf({ authType, url, requestFields }: SessionRequest, inputFields: Readonly<Record<string, string>>) {
  const entries = requestFields.map(({ key, value }) => [key, filled(value, inputFields)] as const)
  const accept = { accept: 'application/json' }
  // What is filled in must not end the part of the address that it stands in.
  const request = { url: filled(url, inputFields, encodeURIComponent) }
  switch (authType) {
    case 'HEADER_AUTH':
      return { ...request, headers: { ...accept, ...Object.fromEntries(entries) } }
    case 'BODY_AUTH': {
      const headers = { ...accept, 'content-type': 'application/json' }
      return { ...request, headers, body: JSON.stringify(Object.fromEntries(entries)) }
    }
    case 'PARAMS_AUTH':
    case 'FORM_AUTH': {
      const headers = { ...accept, 'content-type': 'application/x-www-form-urlencoded' }
      return { ...request, headers, body: new URLSearchParams(Object.fromEntries(entries)).toString() }
    }
  }
}

function filled(
  template: string,
  inputFields: Readonly<Record<string, string>>,
  encode: (text: string) => string = (text) => text,
): string {
  return template.replaceAll(/\{\{fields\.([\w.-]+)\}\}/g, (_, key: string) =>
    encode(Object.hasOwn(inputFields, key) ? (inputFields[key] ?? '') : ''),
  )
}

function valueAt(json: unknown, path: string): unknown {
  let value = json
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Fields)[name]
  }
  return value
}

/** Numbers are seconds from now, or, where they are too large for that, seconds or milliseconds since 1970. */
function secondsLeft(end: unknown, now: Date): number | undefined {
  const number = typeof end === 'string' && end.trim() !== '' ? Number(end) : end
  const since1970 = now.getTime()
  if (typeof number === 'number' && Number.isFinite(number)) {
    if (number < 0) return undefined
    if (number < 1e9) return number
    return Math.max(0, ((number < 1e12 ? number * 1_000 : Math.min(number, 2.5e14)) - since1970) / 1_000)
  }
  const moment = typeof end === 'string' ? Date.parse(end) : Number.NaN
  return moment < Date.UTC(10_000, 0) ? Math.max(0, (moment - since1970) / 1_000) : undefined
}
