import type { InteractionResults, Provider } from 'oidc-provider'
import { HubError } from '#lib/errors'
import type { Page } from '#lib/http/hub-page'
import type { Answer, RouteRequest } from '#lib/http/route'
import { demandSameOrigin } from '#lib/http/same-origin'
import { sessionsOf, setSession } from '#lib/http/session-cookie'
import type { TokenLookup } from '#lib/principal'
import { asSystem } from '../as-system.ts'
import type { IamParts } from '../deps.ts'
import type { Login, LoginAttempt } from '../login/login.ts'
import type { IssuedToken } from '../token/token.ts'
import { findSignedIn, type SignedIn } from './account-store.ts'
import { loginOf } from './adapter.ts'
import { scopes } from './claims.ts'
import { bareExchange } from './exchange.ts'
import { type AskingClient, consentPage, lookAgainPage, problemPage, signInPage } from './pages.ts'
import type { OpenidProvider } from './provider.ts'
import { PROVIDER_PATH, saveGrant } from './provider-config.ts'

/** What happens between an application's request and its answer: a user signs in, and consents. */
export interface Interactions {
  /** Shows what is to be done next, or does it where the user need not be asked. */
  show(request: InteractionRequest): Promise<Answer>
  /** Takes name and password. */
  signIn(request: InteractionRequest, form: { username: string; password: string }): Promise<Answer>
  /** Takes the consent. */
  consent(request: InteractionRequest): Promise<Answer>
  /** The user does not want to. */
  abort(request: InteractionRequest): Promise<Answer>
}

/** A request to the interaction of that id. */
export type InteractionRequest = Pick<RouteRequest, 'method' | 'headers' | 'url' | 'ip' | 'origin'> & {
  readonly uid: string
}

type Parts = Pick<IamParts, 'db' | 'clock'>
type Details = Awaited<ReturnType<Provider['interactionDetails']>>

/** An interaction that this browser has begun, and everything to go on with it. */
interface Running {
  readonly provider: Provider
  readonly details: Details
  readonly client: AskingClient & { readonly id: string; readonly isTrusted: boolean }
  readonly path: string
  /** Ends it in this way; resolves to the redirect. */
  end(result: InteractionResults, cookie?: string): Promise<Answer>
}

/** `login` is the login of the hub with all its guards; `lookupToken` says whose session a cookie is. */
export function createInteractions(
  parts: Parts,
  openid: OpenidProvider,
  { login, lookupToken }: { login: Login; lookupToken: TokenLookup },
): Interactions {
  const { db, clock } = parts
  const signedIn = (id: string | undefined) =>
    id === undefined ? undefined : asSystem(db, (tx) => findSignedIn(tx, id, clock()))

  async function show(request: InteractionRequest, running: Running): Promise<Answer> {
    const { details, client, path } = running
    if (details.prompt.name === 'consent') {
      if (client.isTrusted) return grant(running)
      const who = await signedIn(loginOf(details.session?.amr))
      if (who === undefined) return expired()
      return sent(consentPage(client, { path, username: who.user.username, scopes: wantedScopes(details) }))
    }
    const found = await findSession(request, details)
    if (found === 'look again') return sent(lookAgainPage(`${path}?again`))
    if (found !== undefined) return running.end(await loginResult(running, found))
    return sent(signInPage(client, { path }))
  }

  /** The session of the hub in this browser, if it will do. The cookie comes along with requests of the hub's own pages alone. */
  async function findSession(request: InteractionRequest, { prompt, params }: Details) {
    if (!prompt.reasons.every((reason) => reason === 'no_session' || reason === 'login_over')) return undefined
    const [session, ...others] = sessionsOf(request.headers)
    if (session === undefined || !isOwn(request)) {
      const site = String(request.headers['sec-fetch-site'])
      return request.url.endsWith('?again') || site === 'same-origin' || site === 'none' ? undefined : 'look again'
    }
    const principal = others.length === 0 ? await lookupToken(session) : undefined
    const who = await signedIn(principal?.tokenId)
    const oldest = params.max_age === undefined ? Number.POSITIVE_INFINITY : Number(params.max_age) * 1000
    return who && clock().getTime() - who.since.getTime() <= oldest ? who : undefined
  }

  async function grant(running: Running): Promise<Answer> {
    const { provider, details, client } = running
    const who = await signedIn(loginOf(details.session?.amr))
    if (who === undefined || who.user.id !== details.session?.accountId) return expired()
    const existing = details.grantId === undefined ? undefined : await provider.Grant.find(details.grantId)
    const granting = existing ?? new provider.Grant({ accountId: who.user.id, clientId: client.id })
    await saveGrant({ db, store: openid.store }, granting, {
      scopes: wantedScopes(details),
      tenantId: who.user.tenantId,
    })
    return running.end({ consent: { grantId: granting.jti } })
  }

  const running = (request: InteractionRequest) => find(openid, request)
  return {
    show: async (request) => whenRunning(await running(request), (found) => show(request, found)),
    async signIn(request, credentials) {
      demandSameOrigin(request)
      return whenRunning(await running(request), async (found) => {
        if (found.details.prompt.name !== 'login') return seeOther(found.path)
        const issued = await tryLogin(login, { ...credentials, address: request.ip })
        if ('problem' in issued) return refused(found, credentials.username, issued)
        const who = await signedIn(issued.id)
        if (who === undefined) return refused(found, credentials.username, { status: 401, problem: REFUSED })
        const seconds = Math.floor((issued.expiresAt.getTime() - clock().getTime()) / 1000)
        const secure = request.origin?.startsWith('https:') === true
        return found.end(await loginResult(found, who), setSession(issued.token, { seconds, secure }))
      })
    },
    async consent(request) {
      demandSameOrigin(request)
      return whenRunning(await running(request), (found) =>
        found.details.prompt.name === 'consent' ? grant(found) : seeOther(found.path),
      )
    },
    async abort(request) {
      demandSameOrigin(request)
      return whenRunning(await running(request), (found) =>
        found.end({ error: 'access_denied', error_description: 'The user does not want to' }),
      )
    },
  }
}

function isOwn(request: InteractionRequest): boolean {
  try {
    demandSameOrigin(request)
    return true
  } catch {
    return false
  }
}

interface Refusal {
  readonly status: 400 | 401 | 429
  readonly problem: string
  readonly headers?: Record<string, string>
}

/** The token, or what the user is told. */
async function tryLogin(login: Login, attempt: LoginAttempt): Promise<IssuedToken | Refusal> {
  if (attempt.username === '' || attempt.password === '') {
    return { status: 400, problem: 'Type your user name and your password.' }
  }
  try {
    return await login(attempt)
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    if (error.code === 'login-failed') return { status: 401, problem: REFUSED }
    if (error.code !== 'too-many-requests') throw error
    const seconds = String(error.retryAfter ?? 60)
    return { status: 429, problem: `Too many tries: wait ${seconds} seconds.`, headers: { 'retry-after': seconds } }
  }
}

function refused({ client, path }: Running, username: string, { status, problem, headers }: Refusal): Answer {
  return sent(signInPage(client, { path, username, problem }), status, headers)
}

const REFUSED = 'The user name or the password is wrong, or you must not sign in.'

/** Undefined for one that is over, or that another browser has begun. */
async function find(openid: OpenidProvider, request: InteractionRequest): Promise<Running | undefined> {
  const provider = await openid.current()
  const { req, res } = bareExchange(request)
  const details = await provider.interactionDetails(req, res).catch((error: { error?: unknown }) => {
    if (error.error === 'invalid_request') return undefined
    throw error
  })
  if (details?.uid !== request.uid) return undefined
  const found = await provider.Client.find(String(details.params.client_id))
  if (found === undefined) return undefined
  return {
    provider,
    details,
    client: {
      id: found.clientId,
      name: found.clientName ?? found.clientId,
      redirectUri: String(details.params.redirect_uri),
      isTrusted: found.is_trusted === true,
    },
    path: `${PROVIDER_PATH}/interaction/${request.uid}`,
    async end(result, cookie) {
      const to = await provider.interactionResult(req, res, result, { mergeWithLastSubmission: !('error' in result) })
      return seeOther(to, cookie === undefined ? {} : { 'set-cookie': cookie })
    },
  }
}

/** Whoever signs in as somebody else than before begins a new session. */
async function loginResult({ provider, details }: Running, who: SignedIn): Promise<InteractionResults> {
  const { session } = details
  if (session?.uid !== undefined && session.accountId !== who.user.id) {
    const former = await provider.Session.findByUid(session.uid)
    await former?.destroy()
    // Else it would be looked for.
    delete details.session
    await details.save(details.exp - Math.floor(Date.now() / 1000))
  }
  const ts = Math.floor(who.since.getTime() / 1000)
  return { login: { accountId: who.user.id, amr: [who.loginId], ts, remember: true } }
}

function wantedScopes({ prompt, params }: Details): string[] {
  const { missingOIDCScope } = prompt.details as { missingOIDCScope?: string[] }
  const asked = String(params.scope ?? '').split(' ')
  return missingOIDCScope ?? scopes.filter((scope) => asked.includes(scope))
}

function whenRunning(
  found: Running | undefined,
  go: (running: Running) => Answer | Promise<Answer>,
): Answer | Promise<Answer> {
  return found === undefined ? expired() : go(found)
}

function expired(): Answer {
  const message = 'This sign-in is over, or was begun in another browser.'
  return sent(problemPage({ title: 'Cannot go on', message, code: 'interaction_not_found' }), 400)
}

function sent({ html, headers }: Page, status = 200, more: Record<string, string> = {}): Answer {
  return { status, text: html, type: 'text/html; charset=utf-8', headers: { ...headers, ...more } }
}

function seeOther(location: string, headers: Record<string, string> = {}): Answer {
  return { status: 303, headers: { location, ...headers } }
}
