import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as openid from 'openid-client'
import { ADMIN_PASSWORD, createTestHub, createTwoTenants, type TestHub } from '../../../../test/support/iam-hub.ts'
import {
  actionOf,
  basic,
  createBrowser,
  finish,
  passPages,
  postForm,
  registerApplication,
  signIn,
} from '../../../../test/support/openid.ts'

const admin = { username: 'admin', password: ADMIN_PASSWORD }
const plain = { username: 'plain-a', password: 'plain-a-password' }
const offline = { scope: 'openid global offline_access', prompt: 'consent' }

async function setup(t: Parameters<typeof createTestHub>[0]) {
  const hub = await createTestHub(t)
  const token = await hub.login('admin', ADMIN_PASSWORD)
  return { hub, token, app: await registerApplication(hub, token), endpoint: `${hub.url}/iam/op/token` }
}

test('without PKCE, by another method or another flow, nobody signs in', async (t) => {
  const { hub, app } = await setup(t)
  const { url } = await app.begin()
  const changed = (change: Record<string, string | undefined>) => {
    const to = new URL(url)
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined) to.searchParams.delete(name)
      else to.searchParams.set(name, value)
    }
    return to.href
  }
  const none = { code_challenge: undefined, code_challenge_method: undefined }
  const cases: [Record<string, string | undefined>, string][] = [
    [none, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge_method: undefined }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_type: 'id_token' }, 'unsupported_response_type'],
    [{ response_type: 'code id_token', nonce: 'x' }, 'unsupported_response_type'],
    [{ request: 'x.y.z' }, 'request_not_supported'],
    [{ scope: 'openid', prompt: 'none' }, 'login_required'],
  ]
  for (const [change, error] of cases) {
    const view = await createBrowser(hub).open(changed(change))
    assert.ok(view.url.startsWith(app.redirectUri), `${JSON.stringify(change)} ${view.html}`)
    // Of an implicit flow the answer would be in the fragment.
    assert.match(view.url, new RegExp(`error=${error}`))
  }
})

test('a user is sent nowhere but where the application said', async (t) => {
  const { hub, app } = await setup(t)
  const { url } = await app.begin()
  const foreign = [
    'https://evil.example.org/',
    `${app.redirectUri}/`,
    `${app.redirectUri}?x=1`,
    'https://app.example.org.evil.example/callback',
    'javascript:alert(1)',
    '//evil.example.org',
    '',
  ]
  for (const uri of foreign) {
    const to = new URL(url)
    to.searchParams.set('redirect_uri', uri)
    const view = await createBrowser(hub).open(to.href)
    if (uri === '') assert.ok(view.html.includes('Sign in'), 'the only one that there is may be left out')
    else assert.deepEqual([view.status, view.url.startsWith(hub.url)], [400, true], uri)
    assert.doesNotMatch(view.html, /evil|alert\(/)
  }
  for (const id of ['', 'x', '00000000-0000-7000-8000-000000000000', "' or 1=1", '\u0000']) {
    const to = new URL(url)
    to.searchParams.set('client_id', id)
    assert.equal((await createBrowser(hub).open(to.href)).status, 400, id)
  }
})

test('a code is good once, for its application, its address and its verifier', async (t) => {
  const { hub, token, app, endpoint } = await setup(t)
  const other = await registerApplication(hub, token)
  const fresh = async () => {
    const begun = await app.begin()
    const view = await passPages(createBrowser(hub), begun.url, admin)
    const code = new URL(view.url).searchParams.get('code') ?? ''
    const fields = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: app.redirectUri,
      code_verifier: begun.verifier,
    }
    return { begun, view, fields }
  }
  const { fields } = await fresh()
  const wrong = { ...fields, code_verifier: openid.randomPKCECodeVerifier() }
  const { code_verifier: _, ...without } = fields
  const refused: [Record<string, string>, Record<string, string>][] = [
    [wrong, basic(app)],
    [without, basic(app)],
    [fields, basic(other)],
    [{ ...fields, redirect_uri: 'https://app.example.org/other' }, basic(app)],
  ]
  for (const [body, headers] of refused) {
    const answer = await postForm(endpoint, body, headers)
    assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_grant'], JSON.stringify(body))
  }
  const good = await postForm(endpoint, fields, basic(app))
  assert.equal(good.status, 200, JSON.stringify(good.body))
  const again = await postForm(endpoint, fields, basic(app))
  assert.deepEqual([again.status, again.body.error], [400, 'invalid_grant'])
  assert.equal((await openid.tokenIntrospection(app.config, good.body.access_token)).active, false)
  const { fields: raced } = await fresh()
  const answers = await Promise.all(Array.from({ length: 8 }, () => postForm(endpoint, raced, basic(app))))
  assert.ok(answers.filter(({ status }) => status === 200).length <= 1)
  assert.ok(answers.every(({ status }) => status === 200 || status === 400))
})

test('there is no password grant, no implicit one, and no client without its secret', async (t) => {
  const { app, endpoint } = await setup(t)
  const grants = { password: admin, implicit: {}, 'urn:ietf:params:oauth:grant-type:device_code': {}, '': {}, x: {} }
  for (const [grant, more] of Object.entries(grants)) {
    const answer = await postForm(endpoint, { grant_type: grant, ...more }, basic(app))
    assert.equal(answer.status, 400, grant)
    if (grant === 'password') assert.equal(answer.body.error, 'unsupported_grant_type')
  }
  for (const secret of ['', 'wrong', String(app.secret).slice(0, -1)]) {
    const answer = await postForm(
      endpoint,
      { grant_type: 'refresh_token', refresh_token: 'x' },
      basic({ id: app.id, secret }),
    )
    assert.ok([400, 401].includes(answer.status), secret)
  }
  assert.equal(
    (await postForm(endpoint, { grant_type: 'refresh_token', refresh_token: 'x', client_id: app.id })).status,
    401,
  )
  assert.equal((await postForm(endpoint, { grant_type: 'refresh_token', refresh_token: 'x' })).status, 400)
})

test('a new secret ends the one before, and the stored one is of no use', async (t) => {
  const { hub, token, app, endpoint } = await setup(t)
  const service = await registerApplication(hub, token, { type: 'service' })
  const ask = async (secret: string) =>
    (await postForm(endpoint, { grant_type: 'client_credentials' }, basic({ id: service.id, secret }))).status
  const { body } = await hub.call('POST', `/iam/api/v1/clients/${service.id}/secret`, { token })
  assert.deepEqual([await ask(service.secret ?? ''), await ask(body.secret)], [401, 200])
  const [{ hash } = { hash: '' }] = await hub.superuser.query<{ hash: string }>(
    `select encode(secret_hash, 'base64') as hash from iam.client where id = $1`,
    [service.id],
  )
  assert.equal(await ask(Buffer.from(hash, 'base64').toString('base64url')), 401)
  assert.equal((await hub.call('DELETE', `/iam/api/v1/clients/${service.id}`, { token })).status, 200)
  assert.equal(await ask(body.secret), 401)
  assert.equal(app.secret?.startsWith('oih_'), true)
})

test('a user who is disabled, has a new password or left the tenant is out at every step', async (t) => {
  const { hub, token, app } = await setup(t)
  const { admin: by, a } = await createTwoTenants(hub)
  const user = `/iam/api/v1/users/${a.plainId}`
  const patch = async (body: object) => assert.equal((await hub.call('PATCH', user, { token: by, body })).status, 200)
  const isActive = async (value = '') => (await openid.tokenIntrospection(app.config, value)).active
  const step = async (change: () => Promise<void>, undo: () => Promise<void>, credentials = plain) => {
    const whole = await signIn(hub, app, credentials, offline)
    const begun = await app.begin(offline)
    const before = await passPages(createBrowser(hub), begun.url, credentials)
    const browser = createBrowser(hub)
    const login = await browser.open((await app.begin(offline)).url)
    const consent = await browser.submit(login, actionOf(login, 'login'), credentials)
    assert.match(consent.html, /Allow/)
    await change()
    assert.equal(await isActive(whole.tokens.access_token), false)
    await assert.rejects(openid.fetchUserInfo(app.config, whole.tokens.access_token, a.plainId))
    await assert.rejects(openid.refreshTokenGrant(app.config, whole.tokens.refresh_token ?? ''), {
      error: 'invalid_grant',
    })
    await assert.rejects(finish(app, begun, before.url), { error: 'invalid_grant' })
    const after = await browser.submit(consent, actionOf(consent, 'consent'))
    assert.ok(!after.url.includes('code='), after.url)
    assert.ok(after.status < 500)
    await undo()
    assert.equal(await isActive(whole.tokens.refresh_token), false, 'what is void stays void')
  }
  await step(
    () => patch({ status: 'DISABLED' }),
    () => patch({ status: 'ACTIVE' }),
  )
  await step(
    () => patch({ password: 'a-new-password' }),
    async () => undefined,
  )
  const leave = async () => {
    const path = `/iam/api/v1/tenants/${a.tenant}/user/${a.plainId}`
    assert.ok((await hub.call('DELETE', path, { token: by })).status < 300)
  }
  await step(leave, async () => undefined, { ...plain, password: 'a-new-password' })
  const { rows } = { rows: await hub.superuser.query('select from iam.client_grant where user_id = $1', [a.plainId]) }
  assert.equal(rows.length, 0)
  assert.ok(token)
})

test('the tokens of a tenant that is disabled are refused meanwhile', async (t) => {
  const { hub, app } = await setup(t)
  const { admin: by, a } = await createTwoTenants(hub)
  const { tokens } = await signIn(hub, app, plain, offline)
  const set = (status: string) => hub.call('PATCH', `/iam/api/v1/tenants/${a.tenant}`, { token: by, body: { status } })
  const isActive = async () => (await openid.tokenIntrospection(app.config, tokens.access_token)).active
  assert.equal((await set('DISABLED')).status, 200)
  assert.equal(await isActive(), false)
  assert.equal((await set('ACTIVE')).status, 200)
  assert.equal(await isActive(), true)
})

test('forms of the pages are taken from the pages alone, and in the browser that began', async (t) => {
  const { hub, app } = await setup(t)
  const browser = createBrowser(hub)
  const login = await browser.open((await app.begin()).url)
  const action = `${hub.url}${actionOf(login, 'login')}`
  const cookie = browser.cookies(action)
  const own: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.example.org' },
    { origin: 'null' },
    {},
  ]
  for (const path of ['login', 'consent', 'abort'] as const) {
    for (const headers of own) {
      const answer = await postForm(`${hub.url}${actionOf(login, path)}`, admin, { ...headers, cookie })
      assert.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`)
    }
  }
  const elsewhere = await createBrowser(hub).submit(login, actionOf(login, 'login'), admin)
  assert.equal(elsewhere.status, 400)
  assert.match(elsewhere.html, /another browser/)
  const forged = cookie.replace(/(oih_op_interaction=)[^;]+/, '$1forged')
  assert.equal((await postForm(action, admin, { 'sec-fetch-site': 'same-origin', cookie: forged })).status, 400)
  const json = { 'sec-fetch-site': 'same-origin', cookie, 'content-type': 'application/json' }
  assert.equal((await fetch(action, { method: 'POST', headers: json, body: '{}' })).status, 415)
  const view = await browser.submit(login, actionOf(login, 'abort'))
  assert.match(view.url, /error=access_denied/)
})

test('the page of the login refuses as the login does, with its throttle and events', async (t) => {
  const { hub, app } = await setup(t)
  const browser = createBrowser(hub)
  const login = await browser.open((await app.begin()).url)
  const attempt = (username: string, password: string) =>
    browser.submit(login, actionOf(login, 'login'), { username, password })
  const [unknown, wrong] = [await attempt('nobody', 'wrong'), await attempt('admin', 'wrong')]
  assert.deepEqual([unknown.status, wrong.status], [401, 401])
  assert.equal(unknown.html.replaceAll('nobody', 'admin'), wrong.html)
  assert.doesNotMatch(wrong.html, /value="wrong"/)
  assert.equal((await hub.events('iam.user.loginFailed')).length, 2)
  const script = await attempt('"><script>alert(1)</script>', 'x')
  assert.doesNotMatch(script.html, /<script/)
  assert.equal((await attempt('a\u0000b', 'x')).status, 400)
  assert.equal((await attempt('', '')).status, 400)
  const statuses = []
  for (let i = 0; i < 6; i++) statuses.push((await attempt('admin', 'wrong')).status)
  assert.equal(statuses.at(-1), 429)
})

test('nothing that is issued can be found in the tables, the log or the events', async (t) => {
  const { hub, app } = await setup(t)
  const { tokens, browser, begun } = await signIn(hub, app, admin, offline)
  const kept = browser
    .cookies(`${hub.url}/iam/op/auth`)
    .split('; ')
    .map((pair) => pair.split('=')[1] ?? '')
  const secrets = [tokens.access_token, tokens.refresh_token ?? '', app.secret ?? '', begun.nonce, ...kept]
  const seen = await everything(hub)
  for (const secret of secrets) assert.equal(seen.includes(secret), false, secret)
  assert.ok(seen.includes(app.id))
})

async function everything(hub: TestHub): Promise<string> {
  const tables = ['iam.client', 'iam.client_grant', 'iam.openid_artifact', 'iam.signing_key', 'event_bus.event']
  const rows = await Promise.all(
    tables.map((table) => hub.superuser.query(`select string_agg(x::text, ' ') as all from ${table} x`)),
  )
  return JSON.stringify([rows, hub.logs])
}

test('from one address so many sign-ins are begun, none of them at great length', async (t) => {
  const { hub, app } = await setup(t)
  const { url } = await app.begin()
  const ask = async (to: string) => (await fetch(to, { redirect: 'manual' })).status
  assert.equal(await ask(`${url}&x=${'x'.repeat(6_000)}`), 400)
  const statuses: number[] = []
  while (statuses.length < 1_000 && statuses.at(-1) !== 429) {
    statuses.push(...(await Promise.all(Array.from({ length: 50 }, () => ask(url)))))
  }
  assert.ok(statuses.filter((status) => status === 303).length >= 300)
  assert.equal(statuses.at(-1), 429)
  hub.advance(60_000)
  assert.equal(await ask(url), 303)
})

test('hostile input is refused with 4xx', async (t) => {
  const { hub, app, endpoint } = await setup(t)
  const { url } = await app.begin()
  const hostile = [
    '\u0000',
    '%',
    '\ud800',
    'x'.repeat(5_000),
    '[]',
    '{}',
    '../..',
    '<script>',
    "'",
    '\r\nx: y',
    '-1',
    'NaN',
  ]
  const names = [
    ...new URL(url).searchParams.keys(),
    'prompt',
    'max_age',
    'id_token_hint',
    'login_hint',
    'claims',
    'resource',
    'response_mode',
    'acr_values',
    'ui_locales',
    'registration',
    'request_uri',
  ]
  for (const name of names) {
    for (const value of hostile) {
      const to = new URL(url)
      to.searchParams.set(name, value)
      const view = await createBrowser(hub).open(to.href)
      assert.ok(view.status < 500, `${name}=${JSON.stringify(value)}: ${view.status} ${view.html}`)
    }
    const twice = new URL(url)
    twice.searchParams.append(name, 'a')
    twice.searchParams.append(name, 'b')
    assert.ok((await createBrowser(hub).open(twice.href)).status < 500, name)
  }
  for (const path of [
    'token',
    'token/introspection',
    'token/revocation',
    'me',
    'auth/x',
    'interaction/x',
    'interaction/x/login',
  ]) {
    for (const value of hostile) {
      const fields = {
        grant_type: value,
        token: value,
        code: value,
        refresh_token: value,
        client_id: value,
        scope: value,
      }
      const answer = await postForm(`${endpoint.replace('token', path)}`, fields, path === 'me' ? {} : basic(app))
      assert.ok(answer.status >= 400 && answer.status < 500, `${path} ${JSON.stringify(value)}: ${answer.status}`)
      const raw = { ...basic(app), 'content-type': 'application/x-www-form-urlencoded' }
      const body = await fetch(`${endpoint.replace('token', path)}`, {
        method: 'POST',
        headers: raw,
        body: `token=%${value.toWellFormed()}&grant_type`,
      })
      assert.ok(body.status < 500)
    }
  }
  for (const value of [
    '',
    'Bearer',
    'Bearer x y',
    'Basic x',
    `Bearer ${'x'.repeat(5_000)}`,
    'DPoP x',
    'Bearer ../..',
  ]) {
    assert.ok(
      [400, 401].includes((await fetch(`${hub.url}/iam/op/me`, { headers: { authorization: value } })).status),
      value,
    )
    assert.ok(
      (await postForm(endpoint, { grant_type: 'client_credentials' }, { authorization: value })).status < 500,
      value,
    )
  }
  const big = await postForm(endpoint, { grant_type: 'x'.repeat(100_000) }, basic(app))
  assert.equal(big.status, 413)
  const cookie = 'oih_op_session=%00; oih_op_session.sig=x; oih_op_interaction=\\; oih_session=a; oih_session=b'
  assert.ok((await fetch(url, { headers: { cookie }, redirect: 'manual' })).status < 500)
  const host = await fetch(`${hub.url}/iam/op/.well-known/openid-configuration`, {
    headers: { 'x-forwarded-host': 'evil.example.org' },
  })
  assert.doesNotMatch(await host.text(), /evil/)
  assert.equal((await hub.call('GET', '/iam/op/reg')).status, 404)
  assert.doesNotMatch(hub.logs.join(''), /"level":"(error|warn)"/)
})

test('what applications call answers in JSON, and to OPTIONS in any case', async (t) => {
  const { hub, endpoint } = await setup(t)
  const accept = 'text/html'
  const me = await fetch(`${hub.url}/iam/op/me`, { headers: { accept } })
  const body = new URLSearchParams({ grant_type: 'x' })
  const token = await fetch(endpoint, { method: 'POST', body, headers: { accept } })
  for (const { status, headers } of [me, token]) {
    assert.ok(status === 400 || status === 401)
    assert.match(headers.get('content-type') ?? '', /^application\/json/)
  }
  const asked = await fetch(`${hub.url}/iam/op/me`, { method: 'OPTIONS' })
  assert.deepEqual([asked.status, asked.headers.get('allow'), await asked.text()], [204, 'GET, POST, OPTIONS', ''])
})
