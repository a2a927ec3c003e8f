import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '../postgres.ts'
import { createSealing } from '../sealing.ts'
import { createKey, readKey } from './key.ts'
import { createKeyRing } from './key-ring.ts'
import { keySource } from './key-source.ts'

// What is stored must open for ever. The values were computed by other implementations of HKDF and AES-GCM, those of Python.

const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index))
const PURPOSE = 'audit-log/key-wrapping'
const DERIVED = '7468f2afa2439bcfab589702412a023710e4e09f8c88efb1c6a564dfb3557777'
const SEALED = '6465666768696a6b6c6d6e6fa22f63d68e3a6d8a3057d47ebf17da0ac49931adfd1898c8dfc764'
const [PLACE, CONTENT] = ['a place', 'the content']

test('a key is known by the same id and derives the same keys for ever', () => {
  const key = createKey(bytes)
  assert.equal(key.id, 'ab3833dfff75d367')
  assert.equal(key.derive(PURPOSE).toString('hex'), DERIVED)
  for (const form of ['hex', 'base64'] as const) assert.equal(readKey(` ${bytes.toString(form)}\n`, 'x').id, key.id)
})

test('what was sealed opens for ever, at its place alone', () => {
  const sealing = createSealing(createKey(bytes).derive(PURPOSE))
  const sealed = Buffer.from(SEALED, 'hex')
  assert.equal(sealing.open(PLACE, sealed)?.toString(), CONTENT)
  assert.equal(sealing.open('another place', sealed), undefined)
  for (const at of sealed.keys())
    assert.equal(sealing.open(PLACE, sealed.with(at, (sealed[at] ?? 0) ^ 1) as Buffer), undefined)
})

test('with the id of its key in front, and without as it was before there were several, it opens for ever', async () => {
  const [current, former] = ['00'.repeat(32), bytes.toString('hex')]
  const ring = createKeyRing({ db: {} as Database, source: keySource({ current, former: [former], file: '' }) })
  await ring.load()
  const sealing = ring.sealing(PURPOSE)
  for (const id of ['ab3833dfff75d367', ''])
    assert.equal(sealing.open(PLACE, Buffer.from(id + SEALED, 'hex'))?.toString(), CONTENT)
  assert.equal(sealing.open(PLACE, Buffer.from(`ab3833dfff75d368${SEALED}`, 'hex')), undefined)
  assert.equal(sealing.open(PLACE, Buffer.from('ab3833', 'hex')), undefined)
})

test('WebCrypto derives the same, opens what is sealed here, and seals what opens here', async () => {
  const { subtle } = globalThis.crypto
  const master = await subtle.importKey('raw', bytes, 'HKDF', false, ['deriveBits', 'deriveKey'])
  const info = Buffer.from(`open-integration-hub/${PURPOSE}`)
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: Buffer.alloc(0), info }
  assert.equal(Buffer.from(await subtle.deriveBits(hkdf, master, 256)).toString('hex'), DERIVED)
  const key = await subtle.deriveKey(hkdf, master, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const about = (iv: Buffer) => ({ name: 'AES-GCM', iv, additionalData: Buffer.from(PLACE), tagLength: 128 })
  const sealing = createSealing(createKey(bytes).derive(PURPOSE))

  const sealed = sealing.seal(PLACE, Buffer.from(CONTENT))
  const opened = await subtle.decrypt(about(sealed.subarray(0, 12)), key, sealed.subarray(12))
  assert.equal(Buffer.from(opened).toString(), CONTENT)

  const iv = Buffer.from(Array.from({ length: 12 }, (_, index) => 100 + index))
  const theirs = Buffer.concat([iv, Buffer.from(await subtle.encrypt(about(iv), key, Buffer.from(CONTENT)))])
  assert.equal(theirs.toString('hex'), SEALED)
  assert.equal(sealing.open(PLACE, theirs)?.toString(), CONTENT)
})

test('what is no key is refused without being quoted', () => {
  for (const text of ['', 'secret-that-is-none', 'ab'.repeat(31), `${'ab'.repeat(32)}00`])
    assert.throws(
      () => readKey(text, 'the place'),
      (error: Error) => {
        assert.match(error.message, /"the place" must hold 32 bytes/)
        return text === '' || !error.message.includes(text)
      },
    )
})
