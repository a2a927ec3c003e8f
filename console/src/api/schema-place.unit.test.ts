import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeOf } from './schema-place.ts'

const domainId = '01a20b7c-88ee-741b-861e-e2ec48bf93b6'
const path = `/metadata-repository/api/v1/domains/${domainId}/schemas/`

test('placeOf() reads addresses of schemas, with or without origin and fragment, and decodes each segment', () => {
  assert.deepEqual(placeOf(`https://hub.example${path}a/b.json`), { domainId, uri: 'a/b.json' })
  assert.deepEqual(placeOf(`${path}%C3%A4%20100%25%20%231%3F.json#/properties/x`), { domainId, uri: 'ä 100% #1?.json' })
})

test('placeOf() takes nothing else for an address of a schema', () => {
  const others = ['/properties/a', `${path}`, `${path}%zz`, 'https://elsewhere.example/a.json', `javascript:${path}a`]
  for (const other of others) assert.equal(placeOf(other), undefined, other)
})
