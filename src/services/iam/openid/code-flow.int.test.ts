import assert from 'node:assert/strict'
import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { test } from 'node:test'
import * as openid from 'openid-client'
import { ADMIN_PASSWORD, createTestHub, createTwoTenants } from '../../../../test/support/iam-hub.ts'
import {
  actionOf,
  basic,
  createBrowser,
  discover,
  finish,
  passPages,
  postForm,
  registerApplication,
  signIn,
} from '../../../../test/support/openid.ts'

const admin = { username: 'admin', password: ADMIN_PASSWORD }
const offline = { scope: 'openid global offline_access', prompt: 'consent' }

async function setup(t: Parameters<typeof createTestHub>[0]) {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  const { body: me } = await hub.call('GET', '/iam/api/v1/users/me', { token })
  return { hub, token, me, app: await registerApplication(hub, token) }
}

test('the code flow signs a user in, through the pages of login and consent', async (t) => {
  const { hub, token, me, app } = await setup(t)
  const begun = await app.begin(offline)
  const browser = createBrowser(hub)
  const login = await browser.open(begun.url)
  assert.equal(login.status, 200)
  assert.match(login.html, /Sign in/)
  const consent = await browser.submit(login, actionOf(login, 'login'), admin)
  assert.match(consent.html, /Allow The &#60;b&#62;web&#60;\/b&#62; application\?/)
  assert.match(consent.html, /app\.example\.org/)
  for (const { headers } of [login, consent]) {
    const policy = headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.match(policy, /form-action 'self' https:\/\/app\.example\.org/)
    assert.doesNotMatch(policy, /script|unsafe/)
  }
  const back = await browser.submit(consent, actionOf(consent, 'consent'))
  assert.ok(back.url.startsWith(`${app.redirectUri}?code=`), back.url)

  const tokens = await finish(app, begun, back.url)
  assert.equal(tokens.claims()?.sub, me.id)
  assert.equal(tokens.claims()?.iss, `${hub.url}/iam/op`)
  const { tenant } = me
  const roles = me.roles.map(({ id, name }: { id: string; name: string }) => ({ id, name }))
  assert.deepEqual(await openid.fetchUserInfo(app.config, tokens.access_token, me.id), {
    sub: me.id,
    username: 'admin',
    status: 'ACTIVE',
    roles,
    tenant,
    permissions: ['all'],
    confirmed: true,
  })
  // It is for the application: the hub's own API takes other tokens.
  for (const value of [tokens.access_token, tokens.id_token ?? '', tokens.refresh_token ?? '']) {
    assert.equal((await hub.call('GET', '/iam/api/v1/users/me', { token: value })).status, 401)
  }
  assert.equal((await hub.call('GET', '/iam/api/v1/users/me', { token })).status, 200)
})

test('a scope tells no more than it says, in userinfo and introspection', async (t) => {
  const { hub, app, me } = await setup(t)
  const { tokens } = await signIn(hub, app, admin, { scope: 'openid profile' })
  assert.deepEqual(await openid.fetchUserInfo(app.config, tokens.access_token, me.id), {
    sub: me.id,
    username: 'admin',
  })
  const seen = await openid.tokenIntrospection(app.config, tokens.access_token)
  assert.deepEqual([seen.active, seen.sub, seen.username, seen.permissions], [true, me.id, 'admin', undefined])
  const more = await signIn(hub, app, admin, { scope: 'openid global' })
  const all = await openid.tokenIntrospection(app.config, more.tokens.access_token)
  assert.deepEqual([all.tenant, all.permissions, all.client_id], [me.tenant, ['all'], app.id])
})

test('a refresh token is good once; used again it voids all that came of the consent', async (t) => {
  const { hub, app } = await setup(t)
  const { tokens } = await signIn(hub, app, admin, offline)
  const first = tokens.refresh_token ?? ''
  const second = await openid.refreshTokenGrant(app.config, first)
  assert.notEqual(second.refresh_token, first)
  const third = await openid.refreshTokenGrant(app.config, second.refresh_token ?? '')
  const isActive = async (token = '') => (await openid.tokenIntrospection(app.config, token)).active
  assert.deepEqual([await isActive(third.access_token), await isActive(third.refresh_token)], [true, true])
  await assert.rejects(openid.refreshTokenGrant(app.config, first), { error: 'invalid_grant' })
  assert.deepEqual([await isActive(third.access_token), await isActive(third.refresh_token)], [false, false])
  await assert.rejects(openid.refreshTokenGrant(app.config, third.refresh_token ?? ''), { error: 'invalid_grant' })
})

test('a refresh token that two use at once lets one in at most, and ends the family', async (t) => {
  const { hub, app } = await setup(t)
  const { tokens } = await signIn(hub, app, admin, offline)
  const fields = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' }
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => postForm(`${hub.url}/iam/op/token`, fields, basic(app))),
  )
  const won = answers.filter(({ status }) => status === 200)
  assert.ok(won.length <= 1, JSON.stringify(answers))
  assert.ok(answers.every(({ status }) => status === 200 || status === 400))
  for (const { body } of won) {
    assert.equal((await openid.tokenIntrospection(app.config, body.access_token)).active, false)
  }
})

test('revocation withdraws a token, and nobody else can', async (t) => {
  const { hub, token, app } = await setup(t)
  const other = await registerApplication(hub, token)
  const { tokens } = await signIn(hub, app, admin, offline)
  const isActive = async (value = '') => (await openid.tokenIntrospection(app.config, value)).active
  await openid.tokenRevocation(other.config, tokens.refresh_token ?? '')
  assert.equal(await isActive(tokens.refresh_token), true)
  await openid.tokenRevocation(app.config, tokens.refresh_token ?? '')
  assert.deepEqual([await isActive(tokens.refresh_token), await isActive(tokens.access_token)], [false, false])
  await openid.tokenRevocation(app.config, 'never-issued')
})

test('what the former key signed still verifies after a rotation, and what comes is signed by the new one', async (t) => {
  const { hub, token, app } = await setup(t)
  const before = await signIn(hub, app, admin)
  const rotated = await hub.call('POST', '/iam/api/v1/signing-keys', { token })
  assert.equal(rotated.status, 201)
  const after = await signIn(hub, { ...app, config: await discover(hub, app.id, app.secret) }, admin)
  const { keys } = (await hub.call('GET', '/iam/.well-known/jwks.json')).body
  assert.deepEqual(keys, (await hub.call('GET', '/iam/op/jwks')).body.keys)
  assert.equal(keys.length, 2)
  assert.deepEqual(Object.keys(keys[0]).toSorted(), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
  const kids = [before, after].map(({ tokens }) => verifiedBy(tokens.id_token ?? '', keys))
  assert.deepEqual(kids, [keys[1].kid, keys[0].kid])
  assert.equal(keys[0].kid, rotated.body.id)
  const made = await hub.events('iam.signingKey.created')
  assert.deepEqual(
    made.map(({ payload }) => payload.id),
    [keys[1].kid, keys[0].kid],
  )
  hub.advance(2 * 3_600_000)
  const later = (await hub.call('GET', '/iam/op/jwks')).body.keys
  assert.deepEqual(later, [keys[0]])
  hub.advance(30 * 86_400_000)
  assert.notEqual((await hub.call('GET', '/iam/op/jwks')).body.keys[0].kid, keys[0].kid)
})

test('a service gets tokens for itself, which identify it and allow nothing at the hub', async (t) => {
  const { hub, token, app } = await setup(t)
  const service = await registerApplication(hub, token, { type: 'service' })
  const { access_token: own, refresh_token: none } = await openid.clientCredentialsGrant(service.config)
  assert.equal(none, undefined)
  const seen = await openid.tokenIntrospection(app.config, own)
  assert.deepEqual([seen.active, seen.client_id, seen.sub], [true, service.id, undefined])
  assert.equal((await hub.call('GET', '/iam/api/v1/users/me', { token: own })).status, 401)
  const told = await fetch(`${hub.url}/iam/op/me`, { headers: { authorization: `Bearer ${own}` } })
  assert.equal(told.status, 401)
  assert.equal(
    (await postForm(`${hub.url}/iam/op/token`, { grant_type: 'client_credentials' }, basic(app))).status,
    400,
  )
})

test('who is signed in at the hub need not type the password, and whoever signs out there is out', async (t) => {
  const { hub, token } = await setup(t)
  const app = await registerApplication(hub, token, { trusted: true })
  const browser = createBrowser(hub)
  const first = await passPages(browser, (await app.begin()).url, admin)
  assert.ok(first.url.startsWith(app.redirectUri))
  const other = await registerApplication(hub, token, { trusted: true, redirectUri: 'https://other.example.org/' })
  const begun = await other.begin()
  const second = await browser.open(begun.url)
  assert.ok(second.url.startsWith(other.redirectUri), second.html)
  const { access_token: access } = await finish(other, begun, second.url)
  const cookie = browser.cookies(`${hub.url}/iam/session`)
  assert.match(cookie, /^oih_session=/)
  assert.equal(
    (await hub.call('DELETE', '/iam/session', { headers: { cookie, 'sec-fetch-site': 'same-origin' } })).status,
    204,
  )
  // Without offline_access a token ends with the login.
  assert.equal((await openid.tokenIntrospection(other.config, access)).active, false)
  assert.match((await browser.open((await other.begin()).url)).html, /name="password"/)
})

test('a session of the console signs in from a page of the application, in a browser that keeps its cookie to itself', async (t) => {
  const { hub, token } = await setup(t)
  const app = await registerApplication(hub, token, { trusted: true })
  const answer = await hub.call('POST', '/iam/session', { body: admin, headers: { 'sec-fetch-site': 'same-origin' } })
  const browser = createBrowser(hub, answer.headers)
  const begun = await app.begin()
  const back = await browser.open(begun.url)
  assert.ok(back.url.startsWith(app.redirectUri), back.html)
  assert.ok((await finish(app, begun, back.url)).access_token)
  // Asked for a fresh login, a session will not do.
  for (const more of [{ prompt: 'login' }, { max_age: '0' }]) {
    assert.match((await browser.open((await app.begin(more)).url)).html, /name="password"/)
  }
})

test('whoever signs in as somebody else begins a new session, as the tenant of the login', async (t) => {
  const { hub, token, app } = await setup(t)
  const { a } = await createTwoTenants(hub)
  const trusted = await registerApplication(hub, token, { trusted: true })
  const browser = createBrowser(hub)
  await passPages(browser, (await trusted.begin()).url, admin)
  const begun = await app.begin({ prompt: 'login', scope: 'openid global' })
  const plain = { username: 'plain-a', password: 'plain-a-password' }
  const view = await passPages(browser, begun.url, plain)
  const tokens = await finish(app, begun, view.url)
  assert.equal(tokens.claims()?.sub, a.plainId)
  const told = await openid.fetchUserInfo(app.config, tokens.access_token, a.plainId)
  assert.equal(told.tenant, a.tenant)
  assert.ok((told.permissions as unknown as string[]).includes('flows.read'))
})

test('applications without secret use the flow as well', async (t) => {
  const { hub, token } = await setup(t)
  const browserApp = await registerApplication(hub, token, {
    type: 'browser',
    redirectUri: 'https://spa.example.org/cb',
  })
  const native = await registerApplication(hub, token, { type: 'native', redirectUri: 'http://127.0.0.1/cb' })
  for (const app of [browserApp, native]) {
    assert.equal(app.secret, undefined)
    const { tokens } = await signIn(hub, app, admin, offline)
    const next = await openid.refreshTokenGrant(app.config, tokens.refresh_token ?? '')
    assert.ok(next.access_token)
  }
  const preflight = { origin: 'https://spa.example.org', 'access-control-request-method': 'GET' }
  const allowed = await fetch(`${hub.url}/iam/op/me`, { method: 'OPTIONS', headers: preflight })
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://spa.example.org')
})

/** The id of the published key whose signature it is. */
function verifiedBy(token: string, keys: (JsonWebKey & { kid: string })[]): string {
  const [head = '', payload = '', signature = ''] = token.split('.')
  const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString())
  const jwk = keys.find((key) => key.kid === kid)
  assert.ok(jwk, `There must be a key "${kid}"`)
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  assert.ok(verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url')))
  return kid
}
