import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createPrincipalCache } from '#lib/principal'
import {
  ADMIN_PASSWORD,
  createTestHub,
  type Process,
  type ProcessOptions,
  type TestHub,
} from '../../../../test/support/iam-hub.ts'

const me = '/iam/api/v1/users/me'
const session = '/iam/session'
const credentials = { username: 'admin', password: ADMIN_PASSWORD }

/** As a page of the process's own sends it. */
const fromPage = (cookie: string) => ({ headers: { cookie, 'sec-fetch-site': 'same-origin' } })

async function signIn({ call }: Process) {
  const answer = await call('POST', session, { body: credentials })
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  const [pair = '', ...attributes] = (answer.headers.get('set-cookie') ?? '').split('; ')
  return { answer, cookie: pair, token: pair.replace('oih_session=', ''), attributes }
}

const published = async (hub: TestHub, name: string) => (await hub.events(name)).length

test('POST /session gives the token as a cookie alone, and the account', async (t) => {
  const hub = await createTestHub(t)
  const { answer, cookie, token, attributes } = await signIn(hub)
  assert.match(token, /^oih_[0-9A-Za-z]{49}$/)
  const [maxAge = '', ...others] = attributes.toReversed()
  assert.deepEqual(others.toReversed(), ['Path=/', 'HttpOnly', 'SameSite=Strict'])
  const seconds = Number(maxAge.replace('Max-Age=', ''))
  assert.ok(seconds > 12 * 3600 - 60 && seconds <= 12 * 3600, maxAge)
  assert.ok(!JSON.stringify(answer.body).includes(token))
  const seen = await hub.call('GET', me, fromPage(cookie))
  assert.deepEqual([seen.status, { data: seen.body }], [200, answer.body])
  assert.equal(answer.body.data.username, 'admin')
  assert.equal(await published(hub, 'iam.token.created'), 1)
})

test('POST /session refuses as the login does, and what another site can make a browser send', async (t) => {
  const hub = await createTestHub(t)
  const shape = ({ instance, ...problem }: Record<string, unknown>) => problem
  for (const body of [
    { username: 'admin', password: 'wrong' },
    { username: 'nobody', password: 'x' },
  ]) {
    const [here, there] = [await hub.call('POST', session, { body }), await hub.call('POST', '/iam/login', { body })]
    assert.deepEqual([here.status, here.body.code, here.headers.get('set-cookie')], [401, 'login-failed', null])
    assert.deepEqual(shape(here.body), shape(there.body))
  }
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const answer = await hub.call('POST', session, {
      body: JSON.stringify(credentials),
      headers: { 'content-type': type },
    })
    assert.deepEqual([answer.status, answer.headers.get('set-cookie')], [415, null], type)
  }
  assert.equal(await published(hub, 'iam.token.created'), 0)
})

test('DELETE /session withdraws the token and takes the cookie away, and twice is once', async (t) => {
  const hub = await createTestHub(t)
  const [mine, other] = [await signIn(hub), await signIn(hub)]
  for (const round of [1, 2]) {
    const answer = await hub.call('DELETE', session, fromPage(mine.cookie))
    assert.deepEqual([answer.status, answer.body], [204, undefined], `round ${round}`)
    assert.match(answer.headers.get('set-cookie') ?? '', /^oih_session=; .*Max-Age=0$/)
  }
  assert.equal((await hub.call('DELETE', session)).status, 204)
  assert.equal((await hub.call('GET', me, fromPage(mine.cookie))).status, 401)
  assert.equal((await hub.call('GET', me, { token: mine.token })).status, 401)
  assert.equal((await hub.call('GET', me, fromPage(other.cookie))).status, 200)
  assert.equal(await published(hub, 'iam.token.deleted'), 1)
})

test('DELETE /session from elsewhere signs nobody out', async (t) => {
  const hub = await createTestHub(t)
  const { cookie } = await signIn(hub)
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'http://127.0.0.1:1' },
    {},
  ]
  for (const headers of foreign) {
    const answer = await hub.call('DELETE', session, { headers: { cookie, ...headers } })
    assert.deepEqual([answer.status, answer.body.code], [403, 'forbidden'], JSON.stringify(headers))
  }
  // Another host of the domain can add a cookie of the same name: then nothing tells which to withdraw.
  const two = await hub.call('DELETE', session, fromPage(`${cookie}; oih_session=x`))
  assert.equal(two.status, 204)
  assert.equal((await hub.call('GET', me, fromPage(cookie))).status, 200)
})

test('the cookie changes things from its own pages alone, and the origin is the address asked', async (t) => {
  const hub = await createTestHub(t)
  const { cookie } = await signIn(hub)
  const create = (headers: Record<string, string>) =>
    hub.call('POST', '/iam/api/v1/tenants', { body: { name: 'x' }, headers: { cookie, ...headers } })
  assert.equal((await create({ 'sec-fetch-site': 'same-site' })).status, 403)
  assert.equal((await create({ origin: hub.url.replace(/\d+$/, '1') })).status, 403)
  assert.equal((await create({ origin: hub.url, 'x-forwarded-host': 'evil.example' })).status, 200)
  assert.equal((await create({ origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' })).status, 403)
  assert.equal(await published(hub, 'iam.tenant.created'), 2)
})

test('the cookie is marked for https alone where a trusted proxy says that the browser came so', async (t) => {
  const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'hub.example' }
  const hub = await createTestHub(t, { trustProxy: ['127.0.0.1/32'] })
  const plain = await hub.fork()
  const secure = async (process: Process, headers: Record<string, string>) =>
    (await process.call('POST', session, { body: credentials, headers })).headers.get('set-cookie')?.includes('Secure')
  assert.equal(await secure(hub, forwarded), true)
  assert.equal(await secure(hub, {}), false)
  assert.equal(await secure(hub, { ...forwarded, 'x-forwarded-proto': 'http' }), false)
  assert.equal(await secure(plain, forwarded), false)
  const { cookie } = await signIn(hub)
  const leave = (process: Process, origin: string) =>
    process.call('DELETE', session, { headers: { cookie, origin, ...forwarded } })
  assert.equal((await leave(plain, 'https://hub.example')).status, 403)
  assert.equal((await leave(hub, 'http://hub.example')).status, 403)
  assert.equal((await leave(hub, 'https://hub.example')).status, 204)
})

/** As main puts it together, but for the events that change no right. */
const cached: NonNullable<ProcessOptions['principals']> = (iam, bus) => {
  const listening = bus.listen('iam.#', () => cache.clear())
  const cache = createPrincipalCache({
    lookup: iam.lookupToken,
    freshness: () => listening.freshness(),
    clock: Date.now,
  })
  return cache.resolve
}

async function twoProcesses(t: TestContext) {
  const one = await createTestHub(t, { running: true, principals: cached })
  return { one, other: await one.fork({ running: true, principals: cached }) }
}

test('a session that was ended in one process is refused in the other within a second', async (t) => {
  const { one, other } = await twoProcesses(t)
  const { cookie } = await signIn(one)
  const look = async () => (await other.call('GET', me, fromPage(cookie))).status
  assert.equal(await look(), 200)
  assert.equal((await one.call('DELETE', session, fromPage(cookie))).status, 204)
  const begun = performance.now()
  while ((await look()) !== 401) assert.ok(performance.now() - begun < 1000)
})

test('neither token nor cookie gets into the log', async (t) => {
  const hub = await createTestHub(t, { logLevel: 'debug' })
  const { cookie, token } = await signIn(hub)
  await hub.call('GET', me, fromPage(cookie))
  await hub.call('GET', me, fromPage(`${cookie}; ${cookie}`))
  await hub.call('DELETE', session, fromPage(cookie))
  assert.ok(hub.logs.length >= 4)
  assert.ok(!hub.logs.join('').includes(token.slice(4)))
  assert.ok(!JSON.stringify(await hub.events()).includes(token))
})
