import type { Configuration, interactionPolicy, KoaContextWithOIDC } from 'oidc-provider'
import type { Page } from '#lib/http/hub-page'
import type { MasterKey } from '#lib/master-key/master-key'
import { asSystem } from '../as-system.ts'
import type { IamParts } from '../deps.ts'
import { findGrantUser, findSignedIn, type SignedIn } from './account-store.ts'
import { loginOf } from './adapter.ts'
import type { ArtifactStore } from './artifact-store.ts'
import { claimsOf, claimsOfScope, scopes } from './claims.ts'
import * as lifetimes from './lifetimes.ts'
import { problemPage, signedOutPage, signOutPage } from './pages.ts'

/** Below which the provider is served. */
export const PROVIDER_PATH = '/iam/op'

/** What a provider is made of. */
export interface ProviderParts extends Pick<IamParts, 'db' | 'clock' | 'masterKey' | 'config'> {
  readonly store: ArtifactStore
  /** The library's own policy, to be built upon. */
  readonly policy: typeof interactionPolicy
}

/**
 * What the provider offers: the code flow with PKCE for everybody, refresh tokens that are good once, client credentials, introspection,
 * revocation, userinfo, sign-out. Everything else that the library can do is off.
 */
export function providerConfiguration(
  parts: ProviderParts,
  { adapter, jwks }: Pick<Configuration, 'adapter' | 'jwks'>,
): Configuration {
  return {
    adapter,
    jwks,
    cookies: cookiesOf(parts),
    claims: { ...claimsOfScope, acr: null, auth_time: null, iss: null, sid: null },
    scopes,
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    pkce: { required: () => true },
    features: featuresOf(parts),
    ttl: {
      AccessToken: lifetimes.ACCESS_TOKEN_SECONDS,
      AuthorizationCode: lifetimes.CODE_SECONDS,
      ClientCredentials: lifetimes.CLIENT_TOKEN_SECONDS,
      Grant: lifetimes.GRANT_SECONDS,
      IdToken: lifetimes.ID_TOKEN_SECONDS,
      Interaction: lifetimes.INTERACTION_SECONDS,
      RefreshToken: lifetimes.REFRESH_TOKEN_SECONDS,
      // Nobody's is there for the next page alone.
      Session: (_ctx, { accountId }) =>
        accountId === undefined ? lifetimes.INTERACTION_SECONDS : parts.config.loginTokenHours * 3_600,
    },
    rotateRefreshToken: true,
    extraClientMetadata: { properties: ['is_trusted', 'former_secret'] },
    clientBasedCORS: mayRead,
    interactions: {
      policy: policyOf(parts.policy),
      url: (_ctx, { uid }) => `${PROVIDER_PATH}/interaction/${uid}`,
    },
    findAccount: (ctx, sub, token) => accountOf(parts, ctx, sub, token),
    loadExistingGrant: (ctx) => grantOf(parts, ctx),
    async renderError(ctx, { error, error_description }) {
      show(ctx, problemPage({ title: 'Cannot go on', message: error_description ?? error, code: error }))
    },
  }
}

function show(ctx: KoaContextWithOIDC, { html, headers }: Page): void {
  ctx.type = 'html'
  ctx.set(headers)
  ctx.body = html
}

function cookiesOf({ masterKey }: ProviderParts): NonNullable<Configuration['cookies']> {
  return {
    keys: cookieKeys(masterKey),
    names: { session: 'oih_op_session', interaction: 'oih_op_interaction', resume: 'oih_op_resume' },
    // Lax, as users come from the pages of applications.
    long: { httpOnly: true, sameSite: 'lax', signed: true, path: PROVIDER_PATH },
    short: { httpOnly: true, sameSite: 'lax', signed: true },
  }
}

/** The first signs, any is good. */
export function cookieKeys(masterKey: MasterKey): string[] {
  return masterKey.deriveAll('iam/openid-cookie').map((key) => key.toString('base64url'))
}

function featuresOf(parts: ProviderParts): NonNullable<Configuration['features']> {
  const off = { enabled: false }
  return {
    devInteractions: off,
    clientCredentials: { enabled: true },
    userinfo: { enabled: true },
    // Whoever holds a token could ask for the same at userinfo; a client without secret learns of its own tokens alone.
    introspection: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => client.clientAuthMethod !== 'none' || token.clientId === client.clientId,
    },
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    dPoP: off,
    pushedAuthorizationRequests: off,
    resourceIndicators: off,
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: async (ctx) => show(ctx, await askToSignOut(parts, ctx)),
      postLogoutSuccessSource: async (ctx) => show(ctx, signedOutPage()),
    },
  }
}

async function askToSignOut(parts: ProviderParts, ctx: KoaContextWithOIDC): Promise<Page> {
  const { client, session, params } = ctx.oidc
  const redirectUri = String(params?.post_logout_redirect_uri ?? '')
  return signOutPage(client && { name: client.clientName ?? client.clientId, redirectUri }, {
    action: new URL(ctx.oidc.urlFor('end_session_confirm')).pathname,
    secret: String(session?.state?.secret),
    username: (await signedInOf(parts, ctx))?.user.username ?? '',
  })
}

/** Pages of other origins read what is meant for browsers: their own application's tokens, and userinfo. */
const mayRead: NonNullable<Configuration['clientBasedCORS']> = (ctx, origin, client) =>
  (ctx.oidc.route === 'userinfo' || client.clientAuthMethod === 'none') &&
  (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin && origin !== 'null')

/** The library's own, and: who has a session must still be somebody who may sign in. */
function policyOf({ base, Check }: ProviderParts['policy']) {
  const policy = base()
  const check = new Check('login_over', 'the login is over', 'login_required', ({ oidc }) => {
    return oidc.session?.accountId !== undefined && oidc.account === undefined
  })
  policy.get('login')?.checks.add(check)
  return policy
}

/** Undefined for whoever may not sign in any more; looked up at each use. */
async function accountOf(
  parts: Pick<IamParts, 'db' | 'clock'>,
  ctx: KoaContextWithOIDC,
  sub: string,
  token: { grantId?: string | undefined } | undefined,
) {
  const grant = token?.grantId
  const user =
    grant === undefined
      ? (await signedInOf(parts, ctx))?.user
      : await asSystem(parts.db, (tx) => findGrantUser(tx, grant))
  if (user?.id !== sub) return undefined
  return { accountId: sub, claims: async () => claimsOf(user) }
}

async function signedInOf(
  { db, clock }: Pick<IamParts, 'db' | 'clock'>,
  { oidc }: KoaContextWithOIDC,
): Promise<SignedIn | undefined> {
  const login = loginOf(oidc.session?.amr)
  return login === undefined ? undefined : asSystem(db, (tx) => findSignedIn(tx, login, clock()))
}

/** What the user has granted in this session, or just now. A client that is trusted is granted what it asks for. */
async function grantOf(parts: ProviderParts, ctx: KoaContextWithOIDC) {
  const { oidc } = ctx
  const { client, account } = oidc
  if (client === undefined || account === undefined) return undefined
  const granted = oidc.result?.consent?.grantId ?? oidc.session?.grantIdFor(client.clientId)
  const existing = granted === undefined ? undefined : await oidc.provider.Grant.find(granted)
  if (existing && (existing.accountId !== account.accountId || existing.clientId !== client.clientId)) return undefined
  if (client.is_trusted !== true) return existing
  const signedIn = await signedInOf(parts, ctx)
  if (signedIn === undefined) return existing
  const grant = existing ?? new oidc.provider.Grant({ accountId: account.accountId, clientId: client.clientId })
  return saveGrant(parts, grant, { scopes: [...oidc.requestParamOIDCScopes], tenantId: signedIn.user.tenantId })
}

/** Adds the scopes to a grant and stores it as given in that tenant. */
export async function saveGrant<G extends { addOIDCScope(scope: string): void; save(): Promise<string> }>(
  { db, store }: Pick<ProviderParts, 'db' | 'store'>,
  grant: G,
  { scopes: given, tenantId }: { scopes: readonly string[]; tenantId: string | undefined },
): Promise<G> {
  if (given.length > 0) grant.addOIDCScope(given.join(' '))
  const id = await grant.save()
  await asSystem(db, (tx) => store.placeGrant(tx, id, tenantId))
  return grant
}
