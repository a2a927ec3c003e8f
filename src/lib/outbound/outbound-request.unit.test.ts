import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OutboundError, type OutboundErrorCode } from './outbound-error.ts'
import { firstHop, type Hop, nextHop, type OutboundRequest } from './outbound-request.ts'

function assertRefused(code: OutboundErrorCode, message: RegExp, act: () => unknown) {
  assert.throws(act, (error) => {
    assert.ok(error instanceof OutboundError)
    assert.equal(error.code, code)
    assert.equal(error.retryable, false)
    assert.match(error.message, message)
    return true
  })
}

test('firstHop() refuses URLs that are not plain http or https', () => {
  for (const url of ['ftp://example.com/', 'file:///etc/passwd', 'javascript:1', 'data:text/plain,x', 'gopher://x/']) {
    assertRefused('invalid-url', /the scheme must be http or https/, () => firstHop({ url }))
  }
  assertRefused('invalid-url', /must be an absolute URL/, () => firstHop({ url: '/orders' }))
  assertRefused('invalid-url', /must be an absolute URL/, () => firstHop({ url: 'http://[::1' }))
})

test('firstHop() refuses credentials in the URL without repeating them', () => {
  const url = 'https://ada:lovelace@example.com/in?token=abc'
  assertRefused('invalid-url', /^Cannot call "https:\/\/example.com\/in" as credentials must be in the header/, () =>
    firstHop({ url }),
  )
})

test('firstHop() refuses headers that are about the connection, and all that would break out of a header', () => {
  const withHeader = (name: string, value: string): OutboundRequest => ({
    url: 'https://a.test/',
    headers: { [name]: value },
  })
  for (const name of ['Host', 'Connection', 'content-length', 'Transfer-Encoding', 'Upgrade', 'TE', 'Expect']) {
    assertRefused('invalid-request', new RegExp(`the header "${name}" is set by the client alone`), () =>
      firstHop(withHeader(name, 'x')),
    )
  }
  for (const value of ['a\r\nx-evil: 1', 'a\nb', 'a\0b', 'snow ☃', 'del\x7f']) {
    assertRefused('invalid-request', /the header "x-a" must be a string without line breaks/, () =>
      firstHop(withHeader('x-a', value)),
    )
  }
  for (const name of ['x a', 'x\r\nevil', '', 'x:y']) {
    assertRefused('invalid-request', /must be a header name/, () => firstHop(withHeader(name, 'x')))
  }
  const twice = { 'X-A': '1', 'x-a': '2' }
  assertRefused('invalid-request', /must be given once/, () => firstHop({ url: 'https://a.test/', headers: twice }))
  assertRefused('invalid-request', /must be shorter/, () => firstHop(withHeader('x-a', 'x'.repeat(40_000))))
  assert.deepEqual(firstHop(withHeader('Constructor', 'fine')).headers, { constructor: 'fine' })
})

test('firstHop() refuses methods that are none, or that open tunnels', () => {
  for (const method of ['CONNECT', 'trace', 'GET / HTTP/1.1\r\nx: y', '']) {
    assertRefused('invalid-request', /the method must be/, () => firstHop({ url: 'https://a.test/', method }))
  }
  assertRefused('invalid-request', /must have no body/, () => firstHop({ url: 'https://a.test/', body: 'x' }))
})

const post: Hop = {
  method: 'POST',
  url: new URL('https://a.test/in'),
  headers: { authorization: 'Bearer x', cookie: 'a=b', 'content-type': 'application/json', 'x-a': '1' },
  credentials: undefined,
  body: '{}',
}

test('nextHop() changes method and body as fetch does', () => {
  for (const status of [301, 302, 303]) {
    const hop = nextHop(post, status, '/out')
    assert.equal(hop.method, 'GET')
    assert.equal(hop.body, undefined)
    assert.equal(hop.headers['content-type'], undefined)
    assert.equal(hop.headers.authorization, 'Bearer x')
    assert.equal(hop.url.href, 'https://a.test/out')
  }
  for (const status of [307, 308]) {
    assert.deepEqual(nextHop(post, status, 'out'), { ...post, url: new URL('https://a.test/out') })
  }
  assert.equal(nextHop({ ...post, method: 'PUT' }, 302, '/out').method, 'PUT')
  assert.equal(nextHop({ ...post, method: 'PUT' }, 303, '/out').method, 'GET')
  assert.equal(nextHop({ ...post, method: 'HEAD', body: undefined }, 303, '/out').method, 'HEAD')
})

test('nextHop() leaves credentials with their origin', () => {
  for (const location of ['https://b.test/', 'https://a.test:8443/', '//b.test/x']) {
    assert.deepEqual(nextHop(post, 307, location).headers, { 'content-type': 'application/json', 'x-a': '1' }, location)
  }
})

const credentials = {
  headers: { 'X-Api-Key': 'sesame' },
  allows: ({ host }: URL) => host === 'a.test' || host === 'also.test:8443',
}
const sent = ({ credentials: held }: Hop) => held?.headers

test('firstHop() takes credentials along where they allow it, and refuses a second header of that name', () => {
  assert.deepEqual(sent(firstHop({ url: 'https://a.test/', credentials })), { 'x-api-key': 'sesame' })
  assert.equal(sent(firstHop({ url: 'https://b.test/', credentials })), undefined)
  const headers = { 'x-API-key': 'own' }
  assertRefused('invalid-request', /the header "x-api-key" must be given once: it is one of the credentials/, () =>
    firstHop({ url: 'https://a.test/', credentials, headers }),
  )
  const broken = { ...credentials, headers: { authorization: 'Bearer ses\r\name' } }
  assertRefused(
    'invalid-request',
    /^(?!.*ame).* must be a string without line breaks, of ISO 8859-1 characters$/s,
    () => firstHop({ url: 'https://a.test/', credentials: broken }),
  )
})

test('nextHop() takes credentials where they allow it, and never again after a place where they do not', () => {
  const hop = firstHop({ url: 'https://a.test/', credentials })
  assert.deepEqual(sent(nextHop(hop, 302, '/there')), { 'x-api-key': 'sesame' })
  const allowed = nextHop(hop, 307, 'https://also.test:8443/')
  assert.deepEqual(sent(allowed), { 'x-api-key': 'sesame' })
  for (const location of ['https://b.test/', 'https://a.test:444/', 'https://a.test./', '//also.test/x']) {
    const foreign = nextHop(allowed, 307, location)
    assert.equal(sent(foreign), undefined, location)
    assert.equal(sent(nextHop(foreign, 307, 'https://a.test/')), undefined, location)
  }
})

test('nextHop() refuses the way back to http and targets that may not be called', () => {
  assertRefused('redirect-refused', /must stay on https/, () => nextHop(post, 302, 'http://a.test/'))
  assertRefused('redirect-refused', /the scheme must be/, () => nextHop(post, 302, 'file:///etc/passwd'))
  assertRefused('redirect-refused', /credentials must be/, () => nextHop(post, 302, 'https://u:p@a.test/'))
  assertRefused('redirect-refused', /must be a URL/, () => nextHop(post, 302, 'https://[broken'))
})
