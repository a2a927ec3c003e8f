import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uriOfIdentity } from './identity.ts'

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
