// For tests of the OpenID provider: a browser without a screen, and an application that uses openid-client.

import * as openid from 'openid-client'
import type { Call, Process } from './iam-hub.ts'

/** What a browser shows, or where it was led away to. */
export interface View {
  readonly status: number
  readonly url: string
  readonly html: string
  readonly headers: Headers
}

/** Keeps cookies by path, follows redirects within the hub, and says where requests come from as browsers do. */
export interface Browser {
  open(url: string): Promise<View>
  /** Follows the page's own refresh, as a browser does at once. */
  settle(view: View): Promise<View>
  /** Posts a form of the page to one of its own addresses. */
  submit(view: View, action: string, fields?: Record<string, string>): Promise<View>
  /** Keeps the cookies of an answer that came by another way. */
  keep(answer: { readonly headers: Headers }): void
  /** Cookies that would be sent to the address, as a header. */
  cookies(url: string): string
}

interface Cookie {
  readonly value: string
  readonly path: string
  readonly attributes: string
}

/** What a browser looks at. `real` says where an address is reached; default: where it says. */
export interface Site {
  readonly url: string
  readonly real?: (url: string) => string
}

/** `kept` holds the cookies of an answer from before. */
export function createBrowser(hub: Site, kept = new Headers()): Browser {
  const jar = new Map<string, Cookie>()
  keep({ headers: kept })

  function keep(answer: { readonly headers: Headers }): void {
    for (const line of answer.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ')
      const [name = '', ...value] = pair.split('=')
      const path = /path=([^;]+)/i.exec(line)?.[1] ?? '/'
      const isOver = /expires=Thu, 01 Jan 1970|max-age=0/i.test(line)
      if (isOver) jar.delete(`${name} ${path}`)
      else jar.set(`${name} ${path}`, { value: value.join('='), path, attributes: attributes.join('; ') })
    }
  }

  function cookies(url: string, site = 'same-origin'): string {
    const { pathname } = new URL(url)
    return (
      [...jar]
        .filter(([, { path }]) => path === '/' || pathname === path || pathname.startsWith(`${path}/`))
        .filter(([, { attributes }]) => site !== 'cross-site' || !/samesite=strict/i.test(attributes))
        // RFC 6265, 5.4: of two with one name the server takes the first.
        .toSorted(([, a], [, b]) => b.path.length - a.path.length)
        .map(([key, { value }]) => `${key.split(' ')[0]}=${value}`)
        .join('; ')
    )
  }

  async function go(url: string, site: string, init: RequestInit = {}): Promise<View> {
    let [at, request] = [url, init]
    for (;;) {
      const headers = { ...request.headers, cookie: cookies(at, site), 'sec-fetch-site': site, accept: 'text/html' }
      const answer = await fetch(hub.real?.(at) ?? at, { ...request, redirect: 'manual', headers })
      keep(answer)
      const location = answer.headers.get('location')
      if (location === null)
        return { status: answer.status, url: at, html: await answer.text(), headers: answer.headers }
      await answer.body?.cancel()
      at = new URL(location, at).href
      request = {}
      if (!isOwn(at)) return { status: answer.status, url: at, html: '', headers: answer.headers }
    }
  }

  function isOwn(url: string): boolean {
    return url.startsWith(hub.url) || (hub.real !== undefined && url.startsWith('http://127.0.0.1:'))
  }

  async function settle(view: View): Promise<View> {
    const again = /http-equiv="refresh" content="0; url=([^"]+)"/.exec(view.html)?.[1]
    return again === undefined ? view : settle(await go(new URL(again, view.url).href, 'same-origin'))
  }

  return {
    cookies,
    keep,
    settle,
    open: async (url) => settle(await go(url, 'cross-site')),
    async submit(view, action, fields = {}) {
      const to = new URL(action, view.url).href
      return settle(await go(to, 'same-origin', { method: 'POST', body: new URLSearchParams(fields) }))
    },
  }
}

/** An application that is registered at the hub. */
export interface Application {
  readonly id: string
  readonly secret: string | undefined
  readonly redirectUri: string
  readonly config: openid.Configuration
  /** The address to which it sends a user, and what it must remember of it. */
  begin(more?: Record<string, string>): Promise<Begun>
}

export interface Begun {
  readonly url: string
  readonly verifier: string
  readonly state: string
  readonly nonce: string
}

/** A hub whose API is called as somebody. */
export interface Api extends Pick<Process, 'url'> {
  call(method: string, path: string, call: Call): Promise<Pick<Awaited<ReturnType<Process['call']>>, 'status' | 'body'>>
}

/** Registers an application, and has it look up what the provider offers. */
export async function registerApplication(
  hub: Api,
  token: string,
  about: {
    readonly type?: string
    readonly trusted?: boolean
    readonly redirectUri?: string
    readonly postLogoutRedirectUris?: readonly string[]
  } = {},
): Promise<Application> {
  const { type = 'web', trusted = false, redirectUri = 'https://app.example.org/callback', ...more } = about
  const redirectUris = type === 'service' ? [] : [redirectUri]
  const body = { name: `The <b>${type}</b> application`, type, redirectUris, trusted, ...more }
  const answer = await hub.call('POST', '/iam/api/v1/clients', { token, body })
  if (answer.status !== 201) throw new Error(`Cannot register "${type}": ${JSON.stringify(answer.body)}`)
  const { id, secret } = answer.body
  const config = await discover(hub, id, secret)
  return { id, secret, redirectUri, config, begin: (more = {}) => begin(config, redirectUri, more) }
}

/** As an application does it that knows the issuer, its id and its secret. */
export function discover(hub: Pick<Process, 'url'>, id: string, secret?: string): Promise<openid.Configuration> {
  const authentication = secret === undefined ? openid.None() : openid.ClientSecretBasic(secret)
  return openid.discovery(new URL(`${hub.url}/iam/op`), id, undefined, authentication, {
    execute: [openid.allowInsecureRequests],
  })
}

async function begin(config: openid.Configuration, redirectUri: string, more: Record<string, string>): Promise<Begun> {
  const [verifier, state, nonce] = [openid.randomPKCECodeVerifier(), openid.randomState(), openid.randomNonce()]
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...more,
  })
  return { url: url.href, verifier, state, nonce }
}

/** What the application does when the user has come back. */
export function finish(
  { config }: Pick<Application, 'config'>,
  { verifier, state, nonce }: Begun,
  url: string,
): Promise<openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers> {
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
  return openid.authorizationCodeGrant(config, new URL(url), checks)
}

/** A user signs in and consents where asked; resolves to where the browser is led in the end. */
export async function passPages(
  browser: Browser,
  url: string,
  credentials: { readonly username: string; readonly password: string },
): Promise<View> {
  let view = await browser.open(url)
  if (view.html.includes('name="password"')) view = await browser.submit(view, actionOf(view, 'login'), credentials)
  if (view.html.includes('/consent"')) view = await browser.submit(view, actionOf(view, 'consent'))
  return view
}

/** Where a form of the page posts to. */
export function actionOf(view: View, action: 'login' | 'consent' | 'abort'): string {
  return `${new URL(view.url).pathname}/${action}`
}

/** The whole code flow in a new browser. */
export async function signIn(
  hub: Site,
  app: Application,
  credentials: { readonly username: string; readonly password: string },
  more: Record<string, string> = {},
) {
  const browser = createBrowser(hub)
  const begun = await app.begin(more)
  const view = await passPages(browser, begun.url, credentials)
  return { browser, begun, view, tokens: await finish(app, begun, view.url) }
}

/** A form posted by an application, without openid-client, which would not send what is wrong. */
export async function postForm(
  url: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every form
): Promise<{ status: number; body: any }> {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' })
  const text = await answer.text()
  return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text }
}

/** The header by which a client authenticates itself. */
export function basic({ id, secret }: Pick<Application, 'id' | 'secret'>): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
}
