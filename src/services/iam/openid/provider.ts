import { timingSafeEqual } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { HubError } from '#lib/errors'
import type { Answer } from '#lib/http/route'
import type { TokenLookup } from '#lib/principal'
import { asSystem } from '../as-system.ts'
import type { IamParts } from '../deps.ts'
import { findGrantUser } from './account-store.ts'
import { comparableSecret, createAdapterFactory } from './adapter.ts'
import { type ArtifactStore, createArtifactStore } from './artifact-store.ts'
import { claimsOf, claimsWithin } from './claims.ts'
import { exchange, type ProviderRequest } from './exchange.ts'
import { cookieKeys, PROVIDER_PATH, providerConfiguration } from './provider-config.ts'
import { signOutOfHub } from './sign-out.ts'
import { createSigningKeys, type SigningKeys } from './signing-keys.ts'

/** The OpenID provider of the hub. */
export interface OpenidProvider {
  readonly keys: SigningKeys
  readonly store: ArtifactStore
  /** The library's provider with the keys as they are now. */
  current(): Promise<Provider>
  /** Has it answer. Throws what stopped it, where that was not the caller's fault. */
  answer(request: ProviderRequest): Promise<Answer>
}

interface Parts extends Pick<IamParts, 'db' | 'bus' | 'clock' | 'masterKey' | 'config' | 'logger' | 'publicUrl'> {
  readonly lookupToken: TokenLookup
}

/**
 * The library is loaded by the first request that needs it: a hub that nobody signs in through does without its memory. All that it keeps
 * is in the database, so that it is made anew whenever the keys have changed.
 */
export function createOpenidProvider(parts: Parts): OpenidProvider {
  const keys = createSigningKeys(parts)
  const store = createArtifactStore(parts.masterKey)
  const failures = new WeakMap<object, unknown>()
  let made: { readonly name: string; readonly provider: Promise<Provider> } | undefined

  async function current(): Promise<Provider> {
    const issuer = `${parts.publicUrl()}${PROVIDER_PATH}`
    const kids = (await keys.published()).map(({ kid }) => kid)
    const name = [issuer, ...kids, ...cookieKeys(parts.masterKey)].join(' ')
    if (made?.name !== name) {
      const provider = make({ ...parts, keys, store, failures }, issuer)
      made = { name, provider }
      provider.catch(() => {
        if (made?.provider === provider) made = undefined
      })
    }
    return made.provider
  }

  return {
    keys,
    store,
    current,
    async answer(request) {
      const provider = await current()
      const handle = provider.callback()
      let failure: unknown
      const answer = await exchange(
        (req, res) => {
          res.once('finish', () => {
            failure = failures.get(req)
          })
          void handle(req, res)
        },
        PROVIDER_PATH,
        request,
      )
      if (failure !== undefined) throw failure
      if (answer.status >= 500) throw new HubError('internal', 'The OpenID provider failed')
      return answer
    },
  }
}

interface Making extends Parts {
  readonly keys: SigningKeys
  readonly store: ArtifactStore
  readonly failures: WeakMap<object, unknown>
}

async function make(parts: Making, issuer: string): Promise<Provider> {
  const { Provider, errors, interactionPolicy } = await import('oidc-provider')
  const adapter = createAdapterFactory(parts, parts.store, errors)
  const jwks = { keys: await parts.keys.all() }
  const provider = new Provider(
    issuer,
    providerConfiguration({ ...parts, policy: interactionPolicy }, { adapter, jwks: jwks as never }),
  )
  keepAddress(provider, new URL(issuer))
  provider.Client.prototype.compareClientSecret = function fitsSecret(secret: string) {
    const given = comparableSecret(secret)
    const former = typeof this.former_secret === 'string' && constantTimeEqual(given, this.former_secret)
    return constantTimeEqual(given, this.clientSecret ?? '') || former
  }
  // It would write to the console otherwise.
  const events: EventEmitter = provider
  events.on('error', (error, ctx) => ctx && parts.failures.set(ctx.req, error))
  provider.on('server_error', (ctx, error) => parts.failures.set(ctx.req, error))
  provider.use(async (ctx, next) => {
    // The script that a form is posted with gets its hash added to these sources.
    ctx.set('content-security-policy', "default-src 'none'; script-src 'report-sample'; frame-ancestors 'none'")
    await next()
    if (ctx.oidc?.route === 'end_session_confirm' && ctx.status === 303 && ctx.oidc.params?.logout)
      await signOutOfHub(parts, ctx as unknown as KoaContextWithOIDC)
    if (!ctx.response.is('html')) ctx.remove('content-security-policy')
    if (ctx.oidc?.route === 'introspection') ctx.body = await withClaims(parts, ctx.oidc.entities, ctx.body)
  })
  return provider
}

/** Addresses are those of the issuer, whatever the caller writes into `Host`. */
function keepAddress(provider: Provider, { host, protocol }: URL): void {
  Object.defineProperties(provider.request, {
    host: { get: () => host },
    protocol: { get: () => protocol.slice(0, -1) },
  })
}

/** Beside the token, an introspection tells of its user what the scope allows. */
async function withClaims(
  { db }: Pick<Parts, 'db'>,
  entities: { AccessToken?: TokenOfUser | undefined; RefreshToken?: TokenOfUser | undefined },
  body: unknown,
): Promise<unknown> {
  const { grantId, scope = '' } = entities.AccessToken ?? entities.RefreshToken ?? {}
  if (grantId === undefined || !isActive(body)) return body
  const user = await asSystem(db, (tx) => findGrantUser(tx, grantId))
  return user === undefined ? { active: false } : { ...claimsWithin(claimsOf(user), scope), ...body }
}

interface TokenOfUser {
  readonly grantId?: string | undefined
  readonly scope?: string | undefined
}

function isActive(body: unknown): body is { active: boolean } {
  return typeof body === 'object' && body !== null && 'active' in body && body.active === true
}

/** Of hashes: that their lengths differ tells nothing. */
function constantTimeEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
