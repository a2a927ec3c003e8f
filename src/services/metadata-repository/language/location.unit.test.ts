import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uriOfIdentity } from './identity.ts'
import { decodedUri, locationOf, placeOf, uriFault, withOrigin, withoutOrigin } from './location.ts'

const domainId = '0190a0b0-0000-7000-8000-000000000001'
const origin = 'https://hub.example.com'

test('an identity gives the uri that its path says', () => {
  const table: [string, string | undefined][] = [
    ['https://github.com/organizationV1.json', 'organizationV1.json'],
    ['https://github.com/a/b/organizationV1.json#', 'a/b/organizationV1.json'],
    ['http://example.com/a.json?version=1', 'a.json'],
    ['file:///a/b', 'a/b'],
    ['Fooo', 'Fooo'],
    ['Fooo/blub', 'Fooo/blub'],
    ['./Fooo/blub#', 'Fooo/blub'],
    ['/Fooo', 'Fooo'],
    ['#?address', 'address'],
    ['C:\\Fooo\\bar', 'Fooo/bar'],
    ['urn:example:person', 'example:person'],
    ['https://example.com/caf%C3%A9.json', 'café.json'],
    ['https://example.com/', undefined],
    ['https://example.com/a//b', undefined],
    ['https://example.com/a%2Fb', undefined],
    ['../a.json', undefined],
    ['%zz', undefined],
    ['#', undefined],
    [`/metadata-repository/api/v1/domains/${domainId}/schemas/a/b.json`, 'a/b.json'],
    [`${origin}/metadata-repository/api/v1/domains/${domainId}/schemas/a/caf%C3%A9.json#`, 'a/café.json'],
  ]
  for (const [id, uri] of table) assert.equal(uriOfIdentity(id, origin), uri, id)
})

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
