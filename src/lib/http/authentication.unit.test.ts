import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Principal } from '../principal.ts'
import { authenticate } from './authentication.ts'
import { originOf } from './same-origin.ts'
import { clearSession, setSession } from './session-cookie.ts'

const own = 'https://hub.example:8443'
const principal: Principal = { kind: 'user', id: 'u1', permissions: new Set(), tokenId: 't1' }
const asked: string[] = []

/** What becomes of a request that names the token `good` in its cookie unless it says otherwise: `ok` or the code of the refusal. */
async function outcome(method: string, headers: Record<string, string>, origin: string | undefined = own) {
  try {
    const request = { method, headers: { cookie: 'oih_session=good', ...headers }, origin }
    const lookup = async (token: string) => {
      asked.push(token)
      return token === 'good' ? principal : undefined
    }
    assert.equal(await authenticate('signed-in', request, lookup), principal)
    return 'ok'
  } catch (error) {
    return (error as { code: string }).code
  }
}

test('authenticate() takes the cookie from pages of its own origin alone', async () => {
  const cases: [string, Record<string, string>, string][] = [
    ['GET', { 'sec-fetch-site': 'same-origin' }, 'ok'],
    ['POST', { 'sec-fetch-site': 'same-origin' }, 'ok'],
    ['GET', { 'sec-fetch-site': 'none' }, 'ok'],
    ['HEAD', { 'sec-fetch-site': 'none' }, 'ok'],
    ['POST', { 'sec-fetch-site': 'none' }, 'forbidden'],
    // Another port of the same host is the same site: the browser sends the cookie along.
    ['GET', { 'sec-fetch-site': 'same-site' }, 'forbidden'],
    ['POST', { 'sec-fetch-site': 'same-site', origin: own }, 'forbidden'],
    ['GET', { 'sec-fetch-site': 'cross-site' }, 'forbidden'],
    ['GET', { 'sec-fetch-site': 'same-origin, cross-site' }, 'forbidden'],
    ['GET', { 'sec-fetch-site': '' }, 'forbidden'],
    ['GET', {}, 'ok'],
    ['HEAD', {}, 'ok'],
    ['POST', {}, 'forbidden'],
    ['DELETE', {}, 'forbidden'],
    ['POST', { origin: own }, 'ok'],
    ['GET', { origin: own }, 'ok'],
    ['GET', { origin: 'https://hub.example:9000' }, 'forbidden'],
    ['POST', { origin: 'https://hub.example' }, 'forbidden'],
    ['POST', { origin: 'http://hub.example:8443' }, 'forbidden'],
    ['POST', { origin: 'https://hub.example:8443.evil.example' }, 'forbidden'],
    ['POST', { origin: 'null' }, 'forbidden'],
    ['POST', { origin: '' }, 'forbidden'],
  ]
  for (const [method, headers, expected] of cases) {
    assert.equal(await outcome(method, headers), expected, `${method} ${JSON.stringify(headers)}`)
  }
  const nowhere = { method: 'POST', headers: { cookie: 'oih_session=good', origin: 'undefined' }, origin: undefined }
  await assert.rejects(
    authenticate('signed-in', nowhere, async () => principal),
    { code: 'forbidden' },
  )
})

test('authenticate() goes by the bearer token alone where there is one', async () => {
  asked.length = 0
  assert.equal(await outcome('POST', { authorization: 'Bearer good', 'sec-fetch-site': 'cross-site' }), 'ok')
  assert.equal(await outcome('GET', { authorization: 'Bearer bad' }), 'unauthenticated')
  assert.equal(await outcome('GET', { authorization: '' }), 'unauthenticated')
  assert.deepEqual(asked, ['good', 'bad'])
})

test('authenticate() refuses cookies that are malformed, oversized or there twice, without a look-up', async () => {
  asked.length = 0
  const wrong = [
    'oih_session=',
    'oih_session=""',
    'oih_session="good"',
    'oih_session=go od',
    'oih_session=good%20',
    `oih_session=${'x'.repeat(1025)}`,
    'oih_session=good; oih_session=good',
    'oih_session=good; a=b; oih_session=bad',
    'oih_session=gööd',
    'oih_session',
    'Oih_session=good',
    'xoih_session=good',
    'token=good',
    ';;=;',
    '',
  ]
  for (const cookie of wrong) assert.equal(await outcome('GET', { cookie }), 'unauthenticated', cookie.slice(0, 50))
  assert.deepEqual(asked, [])
  for (const cookie of ['a=b;oih_session=good;', 'a="x y"; oih_session=good ; c', '\toih_session=good']) {
    assert.equal(await outcome('GET', { cookie }), 'ok', cookie)
  }
})

test('originOf() writes an origin as browsers do', () => {
  const cases: [string, string, string | undefined][] = [
    ['http', 'HUB.example:80', 'http://hub.example'],
    ['https', 'hub.example:443', 'https://hub.example'],
    ['https', 'hub.example:80', 'https://hub.example:80'],
    ['http', '[::1]:3000', 'http://[::1]:3000'],
    ['http', '', undefined],
    ['http', 'a b', undefined],
    ['javascript', 'x', undefined],
    ['undefined', 'x', undefined],
  ]
  for (const [protocol, host, expected] of cases)
    assert.equal(originOf(protocol, host), expected, `${protocol} ${host}`)
})

test('setSession() keeps the token from scripts and from other sites', () => {
  const shut = 'Path=/; HttpOnly; SameSite=Strict'
  assert.equal(setSession('oih_a', { seconds: 60, secure: true }), `oih_session=oih_a; ${shut}; Max-Age=60; Secure`)
  assert.equal(clearSession({ secure: false }), `oih_session=; ${shut}; Max-Age=0`)
})
