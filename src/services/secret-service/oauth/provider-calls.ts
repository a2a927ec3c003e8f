import * as oauth from 'oauth4webapi'
import { unstorableFaults } from '#lib/http/stored-text'
import type { Outbound, OutboundRequest } from '#lib/outbound/outbound'
import type { Fields } from '../vault/vault.ts'
import { ProviderFailure, statusFailure, toProviderFailure } from './provider-failure.ts'

/** Milliseconds that a provider has for an answer. A lease of a refresh must last longer. */
export const PROVIDER_TIMEOUT_MS = 10_000
const MOST_BYTES = 1024 * 1024

/** Tokens as a provider gave them. */
export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string | undefined
  readonly scope: string | undefined
  /** Seconds; undefined where it did not say, or nonsense. */
  readonly expiresIn: number | undefined
  /** Of an ID token. They came from the provider by TLS, so that no signature need be checked (OpenID Connect Core 3.1.3.7). */
  readonly claims: Fields
}

/** What an authorization has come to: the callback's query, and what was kept for it. */
export interface Exchange {
  readonly query: URLSearchParams
  readonly state: string
  readonly redirectUri: string
  readonly verifier: string
  /** Undefined where none was sent. */
  readonly nonce: string | undefined
}

/**
 * Requests to the endpoints of an auth client, given with all its fields in clear. All reject with a `ProviderFailure` where the provider gives
 * nothing of use; none follows redirects.
 */
export interface ProviderCalls {
  /** Checks the callback, and gets tokens for its code. */
  exchange(client: Fields, exchange: Exchange): Promise<Tokens>
  refresh(client: Fields, refreshToken: string, scope: string | undefined): Promise<Tokens>
  clientCredentials(client: Fields, scope: string | undefined): Promise<Tokens>
  /** What the userinfo endpoint says. */
  userinfo(client: Fields, accessToken: string): Promise<Fields>
  /** Posts to any endpoint; resolves to its JSON. */
  post(request: Pick<OutboundRequest, 'url' | 'headers' | 'body'>): Promise<unknown>
}

/** Calls providers through the guarded client, which must follow no redirect. */
export function createProviderCalls({ outbound }: { readonly outbound: Pick<Outbound, 'request'> }): ProviderCalls {
  const send = (request: OutboundRequest) =>
    outbound.request({ ...request, timeout: PROVIDER_TIMEOUT_MS, maxResponseBytes: MOST_BYTES })

  const fetched = async (url: string, { method, headers, body }: FetchOptions): Promise<Response> => {
    const {
      status,
      headers: received,
      body: bytes,
    } = await send({
      ...{ method, url, headers },
      ...(body && { body: body.toString() }),
    })
    const retryAfter = received['retry-after']
    return normalised(status, bytes, typeof retryAfter === 'string' ? retryAfter : undefined)
  }
  // A provider need not be reached by TLS where the operator has allowed its private address; see auth-client/endpoints.ts.
  const options = { [oauth.customFetch]: fetched, [oauth.allowInsecureRequests]: true } as const

  async function readJson(request: OutboundRequest): Promise<unknown> {
    const { status, headers, body } = await send(request)
    if (status < 200 || status > 299) {
      const { 'retry-after': after } = headers
      throw statusFailure({ status, headers: new Headers(typeof after === 'string' ? { 'retry-after': after } : {}) })
    }
    return parsed(body)
  }

  return {
    exchange: (fields, { query, state, redirectUri, verifier, nonce }) =>
      tokensOf(async () => {
        const { server, client, proof } = partiesOf(fields)
        const checksIssuer = typeof fields.issuer === 'string'
        const given = new URLSearchParams(query)
        // Nothing to compare it with.
        if (!checksIssuer) given.delete('iss')
        const checked = oauth.validateAuthResponse(server, client, given, state)
        const answer = await oauth.authorizationCodeGrantRequest(
          ...([server, client, proof, checked, redirectUri, verifier, options] as const),
        )
        if (!checksIssuer)
          return withoutIdToken(
            answer,
            (response) => oauth.processAuthorizationCodeResponse(server, client, response),
            nonce,
          )
        const checks = nonce === undefined ? undefined : { expectedNonce: nonce, requireIdToken: true }
        const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, checks)
        return { tokens, claims: { ...oauth.getValidatedIdTokenClaims(tokens) } }
      }),
    refresh: (fields, refreshToken, scope) =>
      tokensOf(async () => {
        const { server, client, proof } = partiesOf(fields)
        const more = scope === undefined ? options : { ...options, additionalParameters: { scope } }
        const answer = await oauth.refreshTokenGrantRequest(server, client, proof, refreshToken, more)
        return withoutIdToken(answer, (response) => oauth.processRefreshTokenResponse(server, client, response))
      }),
    clientCredentials: (fields, scope) =>
      tokensOf(async () => {
        const { server, client, proof } = partiesOf(fields)
        const parameters: Record<string, string> = scope === undefined ? {} : { scope }
        const answer = await oauth.clientCredentialsGrantRequest(server, client, proof, parameters, options)
        return withoutIdToken(answer, (response) => oauth.processClientCredentialsResponse(server, client, response))
      }),
    async userinfo(fields, accessToken) {
      const { userinfo } = fields.endpoints as { userinfo?: string }
      if (userinfo === undefined)
        throw new ProviderFailure('The auth client must have an endpoint "userinfo"', { isFinal: true })
      const headers = { authorization: `Bearer ${accessToken}`, accept: 'application/json' }
      const answer = await failing(() => readJson({ url: userinfo, headers }))
      return typeof answer === 'object' && answer !== null ? (answer as Fields) : {}
    },
    post: (request) => failing(() => readJson({ ...request, method: 'POST' })),
  }
}

interface FetchOptions {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: URLSearchParams | undefined | null
}

function partiesOf(fields: Fields) {
  const { issuer, issuerRequired, authMethod, clientId, clientSecret } = fields
  const { token } = fields.endpoints as { token: string }
  const server: oauth.AuthorizationServer = {
    issuer: typeof issuer === 'string' ? issuer : 'https://unknown.invalid',
    token_endpoint: token,
    authorization_response_iss_parameter_supported: typeof issuer === 'string' && issuerRequired === true,
  }
  const [id, secret] = [String(clientId), String(clientSecret)]
  const proof = authMethod === 'client_secret_basic' ? basicAuth(secret) : oauth.ClientSecretPost(secret)
  return { server, client: { client_id: id } satisfies oauth.Client, proof }
}

/**
 * By the header. The library encodes more than must be (RFC 6749, 2.3.1), which providers do not understand that take the header as it is: without
 * need nothing is encoded here.
 */
function basicAuth(secret: string): oauth.ClientAuth {
  const encoded = (text: string) => encodeURIComponent(text).replaceAll('%20', '+')
  return (_server, { client_id: id }, _body, headers) => {
    headers.set('authorization', `Basic ${Buffer.from(`${encoded(id)}:${encoded(secret)}`).toString('base64')}`)
  }
}

interface Answered {
  readonly tokens: oauth.TokenEndpointResponse
  readonly claims: Fields
}

async function tokensOf(request: () => Promise<Answered>): Promise<Tokens> {
  const { tokens, claims } = await failing(request)
  const texts = {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token === '' ? undefined : tokens.refresh_token,
    scope: tokens.scope === '' ? undefined : tokens.scope,
  }
  demandStorable(texts)
  return {
    ...texts,
    expiresIn: tokens.expires_in,
    claims,
  }
}

/** Throws a final `ProviderFailure` for texts that PostgreSQL cannot store. */
export function demandStorable(texts: Fields): void {
  if (unstorableFaults(texts).length === 0) return
  throw new ProviderFailure('The provider must send no NUL characters or lone surrogates', { isFinal: true })
}

async function failing<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (error) {
    throw toProviderFailure(error)
  }
}

/** Without an issuer to compare with the library would refuse every ID token: its claims are read beside it. */
async function withoutIdToken(
  answer: Response,
  process: (response: Response) => Promise<oauth.TokenEndpointResponse>,
  nonce?: string,
): Promise<Answered> {
  const json = (await answer
    .clone()
    .json()
    .catch(() => undefined)) as Fields | undefined
  if (typeof json?.id_token !== 'string') return { tokens: await process(answer), claims: {} }
  const { id_token: idToken, ...rest } = json
  const { status, headers } = answer
  const tokens = await process(new Response(JSON.stringify(rest), { status, headers }))
  const claims = claimsOf(String(idToken))
  if (nonce !== undefined && claims.nonce !== undefined && claims.nonce !== nonce)
    throw new ProviderFailure('The ID token of the provider must be for this authorization', { isFinal: true })
  return { tokens, claims }
}

function claimsOf(idToken: string): Fields {
  try {
    const claims: unknown = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString())
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims) ? (claims as Fields) : {}
  } catch {
    return {}
  }
}

/**
 * The answer of a token endpoint as the standard has it, as far as what was meant is plain: JSON under another content type, an error with status
 * 200 (GitHub), no token type, nonsense for the end.
 */
function normalised(given: number, body: Buffer, retryAfter: string | undefined): Response {
  // What a `Response` cannot have is no answer of a token endpoint.
  const status = given < 200 || given > 599 || given === 205 ? 502 : given
  const headers = { 'content-type': 'application/json', ...(retryAfter !== undefined && { 'retry-after': retryAfter }) }
  const json = jsonObject(body)
  if (json === undefined) return new Response(body.length === 0 ? null : new Uint8Array(body), { status, headers })
  const isError = status === 200 && typeof json.error === 'string' && json.access_token === undefined
  const plain = Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null))
  if (typeof plain.token_type !== 'string') plain.token_type = 'bearer'
  const seconds =
    typeof plain.expires_in === 'string' && plain.expires_in !== '' ? Number(plain.expires_in) : plain.expires_in
  if (typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0)
    plain.expires_in = Math.min(seconds, MOST_SECONDS)
  else delete plain.expires_in
  const isSuccess = status < 300 && typeof json.access_token === 'string'
  return new Response(JSON.stringify(plain), { status: isError ? 400 : isSuccess ? 200 : status, headers })
}

/** A hundred years: dates beyond some end cannot be stored. */
const MOST_SECONDS = 3_155_760_000

function jsonObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(body.toString())
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch (cause) {
    throw new ProviderFailure('The answer of the provider was not JSON', { isFinal: false, cause })
  }
}
