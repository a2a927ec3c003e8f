import assert from 'node:assert/strict'
import { createHash, createSecretKey } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Entry, type KeyOwner, leafHash, openBody, readLeaf, seal, unseal, writeLeaf } from './entry.ts'

const event = '018c2f5e-7a00-7000-8000-000000000001'
const person: KeyOwner = 'person:018c2f5e-7a00-7000-8000-00000000000a'
const tenant = '018c2f5e-7a00-7000-8000-0000000000ff'
const key = createSecretKey('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex')
const nonce = Buffer.from('a0a1a2a3a4a5a6a7a8a9aaab', 'hex')
const place = { at: '/payload/username', owner: person, event }

const entry: Entry = {
  index: 41,
  tenant,
  number: 7,
  recordedAt: '2026-11-23T19:30:00.123Z',
  position: 42,
  origin: '',
  id: event,
  correlation: null,
  causation: '018c2f5e-7a00-7000-8000-000000000002',
  schema: 1,
  name: 'iam.user.created',
  service: 'iam',
  createdAt: '2026-11-23T19:29:59.999Z',
  body: [
    '{"headers":{"name":"iam.user.created"},"payload":{"big":12345678901234567890,"text":"ü\\u0000","username":',
    seal('"jane"', key, place, nonce),
    '}}',
  ],
}

describe('writeLeaf()', () => {
  it('gives the bytes that FORMAT.md shows, for ever', () => {
    assert.equal(
      writeLeaf(entry),
      '{"v":1,"index":41,"tenant":"018c2f5e-7a00-7000-8000-0000000000ff","number":7,' +
        '"recordedAt":"2026-11-23T19:30:00.123Z","position":42,"origin":"","id":"018c2f5e-7a00-7000-8000-000000000001",' +
        '"correlation":null,"causation":"018c2f5e-7a00-7000-8000-000000000002","schema":1,"name":"iam.user.created",' +
        '"service":"iam","createdAt":"2026-11-23T19:29:59.999Z","body":[' +
        '"{\\"headers\\":{\\"name\\":\\"iam.user.created\\"},\\"payload\\":{\\"big\\":12345678901234567890,\\"text\\":\\"ü\\\\u0000\\",\\"username\\":",' +
        '{"at":"/payload/username","owner":"person:018c2f5e-7a00-7000-8000-00000000000a","nonce":"oKGio6Slpqeoqaqr",' +
        '"sealed":"xHIdQyDpgr9iZYfTB3rA3nCsWRCSt0JsnA4mhn+rdQG7K4ggOS5JvmEQ80+HGAll"},"}}"]}',
    )
  })

  it('does not depend on the order in which members were given', () => {
    const reversed = Object.fromEntries(Object.entries(entry).reverse()) as unknown as Entry
    assert.equal(writeLeaf(reversed), writeLeaf(entry))
  })

  it('is undone by readLeaf(), and never has a line break', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.string(), (body, name) => {
        const given = { ...entry, name, body }
        assert.deepEqual(readLeaf(writeLeaf(given)), given)
        assert.ok(!writeLeaf(given).includes('\n'))
      }),
    )
  })
})

describe('readLeaf()', () => {
  it('refuses another version', () => {
    assert.throws(() => readLeaf(writeLeaf(entry).replace('"v":1', '"v":2')), /version must be 1: it is "2"/)
  })
})

describe('leafHash()', () => {
  it('is SHA-256 of a zero byte and the UTF-8 bytes of the leaf', () => {
    const leaf = writeLeaf(entry)
    const expected = createHash('sha256')
      .update(Buffer.concat([Buffer.from([0]), Buffer.from(leaf)]))
      .digest('hex')
    assert.equal(leafHash(leaf).toString('hex'), expected)
    assert.equal(expected, 'b5f3acb9416bb653f378d16c34828aaa2ae798b3a57784d4ea5d591b4dfa0685')
  })

  it('of the empty leaf is that of the test vectors of Certificate Transparency', () => {
    assert.equal(leafHash('').toString('hex'), '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
  })
})

describe('seal()', () => {
  it('is undone by unseal() with the same key in the same place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.equal(unseal(seal(text, key, place, nonce), key, event), text)
      }),
    )
  })

  it('opens nowhere else, and with no other key', () => {
    const sealed = seal('"jane"', key, place, nonce)
    assert.equal(unseal(sealed, createSecretKey(Buffer.alloc(32)), event), undefined)
    assert.equal(unseal(sealed, key, tenant), undefined)
    assert.equal(unseal({ ...sealed, at: '/payload/firstname' }, key, event), undefined)
    assert.equal(unseal({ ...sealed, owner: 'platform' }, key, event), undefined)
    assert.equal(unseal({ ...sealed, sealed: sealed.sealed.slice(4) }, key, event), undefined)
    assert.equal(unseal({ ...sealed, sealed: '' }, key, event), undefined)
  })

  it('hides the length of short texts', () => {
    const length = (text: string) => seal(text, key, place, nonce).sealed.length
    assert.equal(length('"j"'), length('"jane.doe@example.org"'))
  })
})

describe('openBody()', () => {
  it('gives the exact text while the key exists, and names what is missing when it does not', () => {
    const before =
      '{"headers":{"name":"iam.user.created"},"payload":{"big":12345678901234567890,"text":"ü\\u0000","username":'
    assert.deepEqual(openBody(entry, new Map([[person, key]])), { text: `${before}"jane"}}`, missing: [] })
    assert.deepEqual(openBody(entry, new Map()), { text: `${before}null}}`, missing: ['/payload/username'] })
  })
})
