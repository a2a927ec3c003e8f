import assert from 'node:assert/strict'
import { SECRETS } from './secret-service.ts'
import type { TestCaller } from './service-fixture.ts'

/** Where auth clients are. */
export const CLIENTS = '/secret-service/api/v1/auth-clients'
/** Where providers lead users back to. */
export const CALLBACK = '/secret-service/api/v1/callback'

/** The fields of an auth client of a provider. */
export function clientOf(provider: { readonly url: string }, more: object = {}) {
  return {
    ...{
      name: 'a provider',
      type: 'OA2_AUTHORIZATION_CODE',
      clientId: 'the-client-id',
      clientSecret: 'the-client-secret',
    },
    endpoints: {
      auth: `${provider.url}/auth?scope={{scope}}&state={{state}}&redirect_uri={{redirectUri}}&client_id={{clientId}}`,
      token: `${provider.url}/token`,
    },
    ...more,
  }
}

/** Makes an auth client; resolves to its id. */
export async function createClient(caller: TestCaller, body: object): Promise<string> {
  const answer = await caller.call('POST', CLIENTS, body)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body.data.id
}

/** An authorization that has begun in a browser. */
export interface Begun {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every form
  readonly body: any
  readonly authUrl: URL
  readonly state: string
  /** What the browser keeps. */
  readonly cookie: string
  readonly setCookie: string
}

/** Begins one, as a page of the hub does. */
export async function beginFlow(
  hub: { readonly url: string },
  { token }: Pick<TestCaller, 'token'>,
  clientId: string,
  body: object = {},
  cookie?: string,
): Promise<Begun> {
  const answer = await fetch(`${hub.url}${CLIENTS}/${clientId}/start-flow`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...(cookie && { cookie }) },
  })
  const json = (await answer.json()) as { data?: { authUrl: string } }
  const [setCookie = ''] = answer.headers.getSetCookie()
  const authUrl = new URL(json.data?.authUrl ?? 'about:blank')
  const state = authUrl.searchParams.get('state') ?? ''
  return { status: answer.status, body: json, authUrl, state, setCookie, cookie: setCookie.split(';')[0] ?? '' }
}

/** What a browser sees that a provider leads back. */
export async function comeBack(hub: { readonly url: string }, query: Record<string, string>, cookie?: string) {
  const answer = await fetch(`${hub.url}${CALLBACK}?${new URLSearchParams(query)}`, {
    redirect: 'manual',
    headers: cookie === undefined ? {} : { cookie },
  })
  const text = await answer.text()
  const { status, headers } = answer
  return { status, headers, location: headers.get('location'), body: text === '' ? undefined : JSON.parse(text) }
}

/** All of it; resolves to the id of the secret. */
export async function connectSecret(
  hub: { readonly url: string },
  caller: TestCaller,
  clientId: string,
  body: object = {},
): Promise<string> {
  const { state, cookie } = await beginFlow(hub, caller, clientId, body)
  const back = await comeBack(hub, { state, code: 'the-code' }, cookie)
  assert.equal(back.status, 200, JSON.stringify(back.body))
  return back.body.data.secretId
}

/** Reads a secret. */
export function readSecret(caller: TestCaller, id: string) {
  return caller.call('GET', `${SECRETS}/${id}`)
}
