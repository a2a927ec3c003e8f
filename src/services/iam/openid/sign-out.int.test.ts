import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import * as openid from 'openid-client'
import { ADMIN_PASSWORD, createTestHub } from '../../../../test/support/iam-hub.ts'
import {
  type Application,
  type Browser,
  createBrowser,
  finish,
  passPages,
  registerApplication,
} from '../../../../test/support/openid.ts'

const admin = { username: 'admin', password: ADMIN_PASSWORD }
const bye = 'https://app.example.org/bye?from=hub'

/** A browser in which the administrator is signed in to two applications. */
async function setup(t: TestContext, more: Record<string, string> = {}) {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  const app = await registerApplication(hub, token, { postLogoutRedirectUris: [bye] })
  const other = await registerApplication(hub, token, { redirectUri: 'https://other.example.org/' })
  const browser = createBrowser(hub)
  const enter = async (at: Application) => {
    const begun = await at.begin(more)
    const view = await passPages(browser, begun.url, admin)
    return finish(at, begun, view.url)
  }
  const [tokens, others] = [await enter(app), await enter(other)]
  const leave = (about: Record<string, string> = {}, by: Browser = browser) =>
    by.open(openid.buildEndSessionUrl(app.config, about).href)
  const isActive = async (value = '') => (await openid.tokenIntrospection(app.config, value)).active
  const asksForPassword = async () => /name="password"/.test((await browser.open((await app.begin()).url)).html)
  return { hub, token, app, other, browser, tokens, others, leave, isActive, asksForPassword }
}

const xsrfOf = (html: string) => ({ xsrf: /name="xsrf" value="(\w+)"/.exec(html)?.[1] ?? '' })
const confirmation = '/iam/op/session/end/confirm'

test('who signs out of an application is asked, and signed out of the provider, the hub and the other applications', async (t) => {
  const { hub, token, app, browser, tokens, others, leave, isActive, asksForPassword } = await setup(t)
  const hint = { id_token_hint: tokens.id_token ?? '', post_logout_redirect_uri: bye, state: 'a&b' }
  const page = await leave(hint)
  assert.equal(page.status, 200)
  assert.match(page.html, /Sign out\?.*<strong>admin<\/strong>.*The &#60;b&#62;web&#60;\/b&#62; application/s)
  const policy = page.headers.get('content-security-policy') ?? ''
  assert.match(policy, /default-src 'none'.*form-action 'self' https:\/\/app\.example\.org;.*frame-ancestors 'none'/)
  assert.doesNotMatch(policy, /script|unsafe/)
  // Nothing is over until the user says so.
  assert.deepEqual([await isActive(tokens.access_token), await asksForPassword()], [true, false])

  const again = await leave(hint)
  const seen = (await hub.events()).length
  const back = await browser.submit(again, confirmation, { ...xsrfOf(again.html), logout: 'yes' })
  assert.equal(back.url, `${bye}&state=a%26b`)
  assert.deepEqual([await isActive(tokens.access_token), await isActive(others.access_token)], [false, false])
  assert.equal(browser.cookies(`${hub.url}/iam/session`), '')
  assert.equal(browser.cookies(`${hub.url}/iam/op/auth`), '')
  assert.equal(await asksForPassword(), true)
  const ended = (await hub.events()).slice(seen)
  assert.deepEqual(
    ended.map(({ name, payload }) => [name, payload.reason]),
    [['iam.token.deleted', 'logout']],
  )
  assert.equal((await hub.call('GET', '/iam/api/v1/users/me', { token })).status, 200, 'another login stays')
  assert.equal(
    (
      await openid.discovery(new URL(`${hub.url}/iam/op`), app.id, undefined, openid.None(), {
        execute: [openid.allowInsecureRequests],
      })
    ).serverMetadata().end_session_endpoint,
    `${hub.url}/iam/op/session/end`,
  )
})

test('a browser that has another login of the hub by now is signed out of both', async (t) => {
  const { hub, browser, leave } = await setup(t)
  browser.keep(await hub.call('POST', '/iam/session', { body: admin, headers: { 'sec-fetch-site': 'same-origin' } }))
  const page = await leave()
  await browser.submit(page, confirmation, { ...xsrfOf(page.html), logout: 'yes' })
  assert.deepEqual(
    (await hub.events('iam.token.deleted')).map(({ payload }) => payload.reason),
    ['logout', 'logout'],
  )
})

test('who would rather stay signed in is out of that application alone', async (t) => {
  const { browser, tokens, others, leave, isActive, asksForPassword } = await setup(t)
  const page = await leave({ post_logout_redirect_uri: bye })
  const back = await browser.submit(page, confirmation, xsrfOf(page.html))
  assert.equal(back.url, bye)
  assert.deepEqual([await isActive(tokens.access_token), await isActive(others.access_token)], [false, true])
  assert.equal(await asksForPassword(), false)
})

test('what may go on while the user is away outlives the sign-out', async (t) => {
  const { app, browser, tokens, leave } = await setup(t, { scope: 'openid offline_access', prompt: 'consent' })
  const page = await leave()
  const done = await browser.submit(page, confirmation, { ...xsrfOf(page.html), logout: 'yes' })
  assert.match(done.html, /Signed out/)
  assert.ok((await openid.refreshTokenGrant(app.config, tokens.refresh_token ?? '')).access_token)
})

test('a browser in which nobody is signed in is led on, and the session that is kept for it is soon over', async (t) => {
  const { hub, leave } = await setup(t)
  const login = await hub.call('POST', '/iam/session', { body: admin, headers: { 'sec-fetch-site': 'same-origin' } })
  const stranger = createBrowser(hub, login.headers)
  const page = await leave({ post_logout_redirect_uri: bye }, stranger)
  const kept = await hub.superuser.query<{ seconds: number }>(
    `select extract(epoch from expires_at - now())::float8 as seconds from iam.openid_artifact where kind = 'Session' and user_id is null`,
  )
  assert.equal(kept.length, 1)
  assert.ok((kept[0]?.seconds ?? 0) <= 1_800)
  const back = await stranger.submit(page, confirmation, { ...xsrfOf(page.html), logout: 'yes' })
  assert.equal(back.url, bye)
  // Nobody was asked, so that no application signs anybody out of the hub.
  const cookie = stranger.cookies(`${hub.url}/iam/session`)
  assert.match(cookie, /^oih_session=/)
  const me = await hub.call('GET', '/iam/api/v1/users/me', { headers: { cookie, 'sec-fetch-site': 'same-origin' } })
  assert.equal(me.status, 200)
})

test('a sign-out that is not sound is refused, and ends nothing', async (t) => {
  const { hub, app, other, browser, tokens, others, leave, isActive } = await setup(t)
  const refused = [
    { post_logout_redirect_uri: 'https://evil.example.org/' },
    { post_logout_redirect_uri: other.redirectUri },
    { id_token_hint: 'none' },
    { id_token_hint: others.id_token ?? '', client_id: app.id },
    { id_token_hint: `${tokens.id_token?.slice(0, -8)}AAAAAAAA` },
  ]
  for (const about of refused) {
    const page = await leave(about)
    assert.deepEqual([page.status, /Cannot go on/.test(page.html)], [400, true], JSON.stringify(about))
    assert.ok(!page.headers.has('location'))
  }
  const page = await leave()
  for (const fields of [{ logout: 'yes' }, { xsrf: '0'.repeat(48), logout: 'yes' }]) {
    assert.equal((await browser.submit(page, confirmation, fields)).status, 400)
  }
  // As a page of elsewhere would: without the cookie of the session.
  assert.equal(
    (await createBrowser(hub).submit(page, confirmation, { ...xsrfOf(page.html), logout: 'yes' })).status,
    400,
  )
  assert.equal(await isActive(tokens.access_token), true)
})
