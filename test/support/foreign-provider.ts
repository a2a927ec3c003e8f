import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { Provider } from 'oidc-provider'

/** How it asks: not at all, as the account consents to everything, or by a page with the buttons "Allow" and "Deny". */
interface ForeignOptions {
  readonly asks?: boolean
}

/** An authorization server of somebody else, by a library that others rely on. It knows one account, which consents to everything. */
export interface ForeignProvider {
  readonly url: string
  /** Grants of its token endpoint that succeeded, and errors that it answered. */
  readonly granted: string[]
  readonly refused: string[]
}

/** The account, as an ID token tells it. */
export const account = { sub: 'anna', email: 'anna@provider.example' }

/** Starts one whose client is `hub` with the secret `hub's secret`; it wants PKCE, gives refresh tokens that are good once, and names itself as issuer. */
export async function startForeignProvider(
  t: TestContext,
  redirectUri: string,
  { asks = false }: ForeignOptions = {},
): Promise<ForeignProvider> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const provider = new Provider(url, {
    clients: [
      {
        ...{ client_id: 'hub', client_secret: "hub's secret", redirect_uris: [redirectUri] },
        ...{ grant_types: ['authorization_code', 'refresh_token', 'client_credentials'], response_types: ['code'] },
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', kid: 'one', alg: 'RS256' }] },
    cookies: { keys: ['of this test'] },
    features: { devInteractions: { enabled: false }, clientCredentials: { enabled: true } },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    claims: { openid: ['sub'], email: ['email'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    ttl: { AccessToken: 3_600, ClientCredentials: 600, RefreshToken: 1_000_000 },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, accountId) => ({ accountId, claims: async () => ({ ...account, sub: accountId }) }),
    async loadExistingGrant({ oidc }) {
      const { client, session } = oidc
      const grant = new provider.Grant({ clientId: String(client?.clientId), accountId: String(session?.accountId) })
      grant.addOIDCScope('openid email offline_access')
      await grant.save()
      return grant
    },
  })
  const granted: string[] = []
  const refused: string[] = []
  provider.on('grant.success', ({ oidc }) => void granted.push(String(oidc.params?.grant_type)))
  provider.on('grant.error', (_ctx, error) => void refused.push(error.message))
  const handle = provider.callback()
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return handle(request, response)
    if (asks && request.method === 'GET') return ask(request, response)
    const denied = request.url.endsWith('/deny') ? { error: 'access_denied' } : undefined
    return provider.interactionFinished(request, response, denied ?? { login: { accountId: account.sub } })
  })
  return { url, granted, refused }
}

/** The page of a consent. The way on is below the address of the interaction, as far as its cookie goes. */
function ask({ url }: IncomingMessage, response: ServerResponse): void {
  const button = (way: string, text: string) => `<button formaction="${url}/${way}">${text}</button>`
  response.writeHead(200, { 'content-type': 'text/html' })
  response.end(`<!doctype html><html lang="en"><title>A provider</title><h1>May the hub act for ${account.sub}?</h1>
<form method="post">${button('allow', 'Allow')} ${button('deny', 'Deny')}</form>`)
}

/** Follows redirects with cookies, as a browser does, up to one that leads to `until`; resolves to that address. */
export async function browse(from: string, until: string): Promise<URL> {
  const jar = new Map<string, string>()
  let at = from
  for (let hops = 0; hops < 10; hops++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(at, { redirect: 'manual', headers: { cookie } })
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s)
      jar.set(name, value)
    }
    const location = answer.headers.get('location')
    if (location === null) throw new Error(`${at} was answered with ${answer.status}: ${await answer.text()}`)
    await answer.body?.cancel()
    at = new URL(location, at).href
    if (at.startsWith(until)) return new URL(at)
  }
  throw new Error(`Cannot follow ${from} as it leads on and on`)
}
