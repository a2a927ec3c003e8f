import assert from 'node:assert/strict'
import { randomUUID, webcrypto } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Tx } from '#lib/postgres'
import { createSealing } from '#lib/sealing'
import { createVault, type Place } from './vault.ts'

const KEY = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex')
const tx = {} as Tx
const key = { version: 3, sealing: createSealing(KEY) }
const vault = createVault({ current: async () => key, find: async () => key })
const place: Place = {
  kind: 'secret',
  tenantId: '018f2b7a-0000-7000-8000-000000000001',
  id: '018f2b7a-0000-7000-8000-000000000002',
  version: 7,
}
/** What is authenticated beside the value, as it stands in the README. */
const additionalData = (field: string) => `oih-secret\n1\n${place.tenantId}\n${place.id}\n7\n${field}`

/**
 * Made by WebCrypto: nonce 404142434445464748494a4b, the additional data above, the text `"correct horse battery"`. It must open for ever, as
 * databases hold such values.
 */
const GOLDEN = 'QEFCQ0RFRkdISUpLwNrBUVRZ5HftrHhE6AEzORiyJjnFTC08p3ido+zLCLQr2ZoGtjTR'

async function sealByWebCrypto(field: string, nonce: Buffer, text: string): Promise<string> {
  const imported = await webcrypto.subtle.importKey('raw', KEY, 'AES-GCM', false, ['encrypt'])
  const options = { name: 'AES-GCM', iv: nonce, additionalData: Buffer.from(additionalData(field)) }
  const sealed = await webcrypto.subtle.encrypt(options, imported, Buffer.from(text))
  return Buffer.concat([nonce, Buffer.from(sealed)]).toString('base64')
}

test('the golden value opens, and WebCrypto makes the same', async () => {
  const nonce = Buffer.from('404142434445464748494a4b', 'hex')
  assert.equal(await sealByWebCrypto('passphrase', nonce, '"correct horse battery"'), GOLDEN)
  const opened = await vault.open(tx, place, { keyVersion: 3, sealed: { passphrase: GOLDEN } })
  assert.deepEqual(opened, { passphrase: 'correct horse battery' })
})

test('WebCrypto opens what was sealed here', async () => {
  const { keyVersion, sealed } = await vault.seal(tx, place, { key: 'ünïcode', more: { a: ['b'] } })
  assert.equal(keyVersion, 3)
  const imported = await webcrypto.subtle.importKey('raw', KEY, 'AES-GCM', false, ['decrypt'])
  for (const [field, text] of Object.entries(sealed)) {
    const bytes = Buffer.from(text, 'base64')
    const options = { name: 'AES-GCM', iv: bytes.subarray(0, 12), additionalData: Buffer.from(additionalData(field)) }
    const opened = await webcrypto.subtle.decrypt(options, imported, bytes.subarray(12))
    assert.deepEqual(JSON.parse(Buffer.from(opened).toString()), { key: 'ünïcode', more: { a: ['b'] } }[field])
  }
})

test('what is moved to another tenant, thing, kind, version or field does not open, and neither does what was altered', async () => {
  const { keyVersion, sealed } = await vault.seal(tx, place, { key: 'a value' })
  const { key: text = '' } = sealed
  const moved: Place[] = [
    { ...place, tenantId: randomUUID() },
    { ...place, id: randomUUID() },
    { ...place, kind: 'auth-client' },
    { ...place, version: 8 },
  ]
  for (const other of moved)
    await assert.rejects(vault.open(tx, other, { keyVersion, sealed }), /must be what was sealed/)
  await assert.rejects(vault.open(tx, place, { keyVersion, sealed: { other: text } }), /field "other"/)
  const bytes = Buffer.from(text, 'base64')
  for (let index = 0; index < bytes.length; index += 1) {
    const altered = Buffer.from(bytes)
    altered[index] = (altered[index] ?? 0) ^ 1
    await assert.rejects(vault.open(tx, place, { keyVersion, sealed: { key: altered.toString('base64') } }))
  }
  for (let length = 0; length < bytes.length; length += 1)
    await assert.rejects(
      vault.open(tx, place, { keyVersion, sealed: { key: bytes.subarray(0, length).toString('base64') } }),
    )
})

test('every value comes back as it was, and never looks the same twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      const [one, other] = [await vault.seal(tx, place, { value }), await vault.seal(tx, place, { value })]
      assert.notEqual(one.sealed.value, other.sealed.value)
      assert.deepEqual(await vault.open(tx, place, one), { value: JSON.parse(JSON.stringify(value)) })
    }),
  )
})
