import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import * as openid from 'openid-client'
import type { Payloads } from '#catalogue'
import { createEventBus, createMembership } from '#event-bus'
import { createKeyRotation } from '#lib/master-key/key-rotation'
import { ADMIN_PASSWORD, createTestHub } from '../../../../test/support/iam-hub.ts'
import {
  actionOf,
  createBrowser,
  discover,
  finish,
  passPages,
  postForm,
  registerApplication,
  signIn,
} from '../../../../test/support/openid.ts'
import { cleanUp } from '../clean-up.ts'
import { OPENID_ARTIFACTS } from './artifact-store.ts'
import { SIGNING_KEYS } from './signing-keys.ts'

const admin = { username: 'admin', password: ADMIN_PASSWORD }
const publicUrl = 'http://hub.example.org'

test('processes agree on the first key, also when all are asked at once', async (t) => {
  const hub = await createTestHub(t)
  const others = await Promise.all([1, 2].map(() => hub.fork()))
  const answers = await Promise.all([hub, ...others].map(({ call }) => call('GET', '/iam/op/jwks')))
  const kids = answers.map(({ body }) => body.keys.map(({ kid }: { kid: string }) => kid))
  assert.equal(kids[0].length, 1)
  assert.deepEqual(kids[1], kids[0])
  assert.deepEqual(kids[2], kids[0])
  assert.equal((await hub.events('iam.signingKey.created')).length, 1)
})

test('a sign-in goes from process to process at every step', async (t) => {
  const hub = await createTestHub(t)
  const other = await hub.fork()
  const token = await hub.login('admin', ADMIN_PASSWORD)
  const app = await registerApplication(hub, token)
  const begun = await app.begin({ scope: 'openid offline_access', prompt: 'consent' })
  // Asked in turn, as behind a balancer; the address that each gives is its own.
  let turn = 0
  const real = (at: string) => at.replace(/^http:\/\/127\.0\.0\.1:\d+/, (turn++ % 2 ? hub : other).url)
  const view = await passPages(createBrowser({ url: hub.url, real }), begun.url, admin)
  const code = new URL(view.url).searchParams.get('code') ?? ''
  assert.ok(turn >= 6 && code !== '', view.html)
  const fields = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: app.redirectUri,
    code_verifier: begun.verifier,
  }
  const headers = { authorization: `Basic ${Buffer.from(`${app.id}:${app.secret}`).toString('base64')}` }
  const [first, second] = await Promise.all(
    [hub, other].map(({ url }) => postForm(`${url}/iam/op/token`, fields, headers)),
  )
  assert.deepEqual([first?.status === 200 && second?.status === 200, (first?.status ?? 500) < 500], [false, true])
})

test('a key that one process makes is published and used by the others at once', async (t) => {
  const hub = await createTestHub(t)
  const other = await hub.fork()
  const token = await hub.login('admin', ADMIN_PASSWORD)
  await other.call('GET', '/iam/op/.well-known/openid-configuration')
  const { body } = await hub.call('POST', '/iam/api/v1/signing-keys', { token })
  const { keys } = (await other.call('GET', '/iam/op/jwks')).body
  assert.equal(keys[0].kid, body.id)
  const app = await registerApplication(other, token)
  const begun = await app.begin()
  const view = await passPages(createBrowser(other), begun.url, admin)
  const checks = { pkceCodeVerifier: begun.verifier, expectedState: begun.state, expectedNonce: begun.nonce }
  const tokens = await openid.authorizationCodeGrant(app.config, new URL(view.url), checks)
  const head = JSON.parse(Buffer.from(tokens.id_token?.split('.')[0] ?? '', 'base64url').toString())
  assert.equal(head.kid, body.id)
  const elsewhere = await discover(hub, app.id, app.secret)
  assert.equal((await openid.tokenIntrospection(elsewhere, tokens.access_token)).active, true)
})

test('a rotation of the master key disturbs nobody: not who is signing in, nor what was issued before', async (t) => {
  const hub = await createTestHub(t, { masterKeys: ['aa'.repeat(32)] })
  const process = await hub.fork({ masterKeys: ['bb'.repeat(32), 'aa'.repeat(32)] })
  const token = await hub.login('admin', ADMIN_PASSWORD)
  const app = await registerApplication(process, token)
  const before = await signIn(process, app, admin, { scope: 'openid offline_access', prompt: 'consent' })
  const { keys } = (await process.call('GET', '/iam/op/jwks')).body
  const browser = createBrowser(process)
  const begun = await app.begin()
  const page = await browser.open(begun.url)

  const { db, masterKey: ring } = process
  const tables = [SIGNING_KEYS, ...OPENID_ARTIFACTS]
  const logger = { info: () => undefined, warn: (fields: object) => assert.fail(JSON.stringify(fields)) }
  const rotation = createKeyRotation({ db, membership: createMembership({ db }), ring, tables, logger, everyMs: 10 })
  await rotation.start()
  await rotation.begin()
  while ((await rotation.state()).keys.every(({ state }) => state !== 'retired')) await setImmediate()
  await rotation.stop()
  assert.ok((await hub.superuser.query('select from iam.openid_artifact')).length > 3)
  for (const { table } of tables) {
    for (const { sealed } of await hub.superuser.query<{ sealed: Buffer }>(`select sealed from ${table}`))
      assert.equal(sealed.toString('hex', 0, 8), ring.ids()[0], table)
  }

  const signedIn = await browser.submit(page, actionOf(page, 'login'), admin)
  const view = signedIn.html.includes('/consent"')
    ? await browser.submit(signedIn, actionOf(signedIn, 'consent'))
    : signedIn
  const tokens = await finish(app, begun, view.url)
  assert.equal((await openid.tokenIntrospection(app.config, tokens.access_token)).active, true)
  assert.equal((await openid.tokenIntrospection(app.config, before.tokens.access_token)).active, true)
  await openid.refreshTokenGrant(app.config, before.tokens.refresh_token ?? '')
  // Whoever has a session is asked for nothing, and the key that signs is the one it was.
  const again = await app.begin({ scope: 'openid' })
  await finish(app, again, (await before.browser.open(again.url)).url)
  assert.deepEqual((await process.call('GET', '/iam/op/jwks')).body.keys, keys)
})

test('the issuer is the public address, and over https its cookies are for https alone', async (t) => {
  const hub = await createTestHub(t, { publicUrl })
  const { body } = await hub.call('GET', '/iam/op/.well-known/openid-configuration')
  assert.equal(body.issuer, `${publicUrl}/iam/op`)
  for (const [name, value] of Object.entries(body)) {
    if (/_endpoint$|_uri$/.test(name)) assert.ok(String(value).startsWith(`${publicUrl}/iam/op/`), name)
  }
  assert.deepEqual(body.response_types_supported, ['code'])
  assert.deepEqual(body.grant_types_supported.toSorted(), ['authorization_code', 'client_credentials', 'refresh_token'])
  assert.deepEqual(body.code_challenge_methods_supported, ['S256'])
  const secure = await createTestHub(t, { publicUrl: 'https://hub.example.org' })
  const token = await secure.login('admin', ADMIN_PASSWORD)
  const client = { name: 'x', type: 'web', redirectUris: ['https://app.example.org/'] }
  const { body: app } = await secure.call('POST', '/iam/api/v1/clients', { token, body: client })
  const query = `client_id=${app.id}&response_type=code&scope=openid&code_challenge=${'x'.repeat(43)}&code_challenge_method=S256`
  const answer = await fetch(`${secure.url}/iam/op/auth?${query}`, { redirect: 'manual' })
  const cookies = answer.headers.getSetCookie()
  assert.ok(cookies.length >= 2)
  for (const cookie of cookies) assert.match(cookie, /; secure/i)
})

test('what is over is deleted, with an event for a key', async (t) => {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  const app = await registerApplication(hub, token)
  await passPages(createBrowser(hub), (await app.begin()).url, admin)
  const { keys } = (await hub.call('GET', '/iam/op/jwks')).body
  await hub.call('POST', '/iam/api/v1/signing-keys', { token })
  const { db } = hub
  const bus = createEventBus<Payloads>({ db, membership: createMembership({ db }) }).service('iam')
  const clock = () => new Date(Date.now() + 91 * 86_400_000)
  const settle = async () => 0
  await cleanUp({ db, bus, clock }, { failures: { settle }, throttle: { settle } })
  for (const table of ['openid_artifact', 'client_grant']) {
    assert.equal((await hub.superuser.query(`select from iam.${table}`)).length, 0, table)
  }
  assert.equal((await hub.superuser.query('select from iam.signing_key')).length, 1)
  const deleted = await hub.events('iam.signingKey.deleted')
  assert.deepEqual(
    deleted.map(({ payload }) => payload),
    [{ id: keys[0].kid }],
  )
})
