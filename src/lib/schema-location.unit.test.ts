import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodedUri, locationOf, placeOf, uriFault, withOrigin, withoutOrigin } from './schema-location.ts'

const domainId = '0190a0b0-0000-7000-8000-000000000001'
const origin = 'https://hub.example.com'

test('a location gives back the place that it is of', () => {
  for (const uri of ['a.json', 'a/b c/ü%.json', '#?&', 'constructor', '__proto__']) {
    assert.deepEqual(placeOf(locationOf({ domainId, uri })), { domainId, uri })
  }
  assert.equal(
    locationOf({ domainId, uri: 'a b/c#.json' }),
    `/metadata-repository/api/v1/domains/${domainId}/schemas/a%20b/c%23.json`,
  )
})

test('what is no location is of no place', () => {
  const schemas = `/metadata-repository/api/v1/domains/${domainId}/schemas`
  const none = ['', '/a.json', schemas, `${schemas}/`, `${schemas}/a?b`, `${schemas}/a#b`, `${schemas}/a/../b`]
  for (const text of [...none, `${schemas}/%00`, `/metadata-repository/api/v1/domains/x/schemas/a`])
    assert.equal(placeOf(text), undefined, text)
})

test('a uri has plain segments', () => {
  for (const uri of ['a', 'a/b.json', '...', 'ü', 'x'.repeat(500)]) assert.equal(uriFault(uri), undefined, uri)
  for (const uri of ['', '/a', 'a/', 'a//b', '.', 'a/..', 'a\\b', 'a\0', 'a\n', '\ud800', 'x'.repeat(501)])
    assert(uriFault(uri), uri)
  assert.equal(decodedUri('a/%2e%2e/b'), undefined)
})

test("the hub's own origin is taken off and put before, that of others is not", () => {
  const location = locationOf({ domainId, uri: 'a.json' })
  assert.equal(withoutOrigin(`${origin}${location}#/a`, origin), `${location}#/a`)
  assert.equal(withoutOrigin(`HTTPS://Hub.Example.Com${location}`, origin), location)
  assert.equal(withOrigin(`${location}#/a`, origin), `${origin}${location}#/a`)
  for (const text of [`https://other.com${location}`, `${origin}/a.json`, `${origin}.evil.com${location}`, 'a.json']) {
    assert.equal(withoutOrigin(text, origin), text)
    assert.equal(withOrigin(text, origin), text)
  }
})
