import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createConcealment } from './concealment.ts'

const hide = (hidden: string[], text: string) => createConcealment(hidden).bytes(Buffer.from(text)).toString()

test('bytes() hides a text wherever it stands, as it is and as JSON and URLs write it', () => {
  const key = 'a/b"ä+1'
  const { bytes, text } = createConcealment([key])
  const forms = [key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key), 'a\\/b\\"\\u00e4+1', 'a/b\\"\\u00e4+1']
  for (const form of forms) {
    assert.equal(hide([key], `<${form}${form}>`), '<******>', form)
    assert.equal(text(`<${form}>`), '<***>')
  }
  assert.equal(bytes(Buffer.from(`<${key}>`, 'latin1')).toString('latin1'), '<***>')
})

test('bytes() leaves everything else as it is, byte for byte', () => {
  const { bytes } = createConcealment(['sesame', 'opensesame'])
  const binary = Buffer.from([0, 255, 128, 0xc3, 0x28, ...Buffer.from('sesam sesamsesame'), 254])
  const hidden = Buffer.from([0, 255, 128, 0xc3, 0x28, ...Buffer.from('sesam sesam***'), 254])
  assert.deepEqual(bytes(binary), hidden)
  assert.equal(hide(['sesame', 'opensesame'], 'opensesame sesame'), '*** ***')
  assert.equal(hide(['abc', ''], 'abcabc'), 'abcabc')
})

test('bytes() hides what a plain replacement hides', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 4, maxLength: 8 })
  const page = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 60 })
  fc.assert(
    fc.property(letters, page, (key, text) => hide([key], text) === text.replaceAll(key, '***')),
    { numRuns: 5_000 },
  )
})

test('bytes() takes as long for a hostile page as for any', () => {
  const key = `${'a'.repeat(10_000)}b${'a'.repeat(10_000)}`
  const begun = performance.now()
  const page = Buffer.alloc(10 * 1_048_576, 'a')
  assert.equal(createConcealment([key]).bytes(page).length, page.length)
  assert.ok(performance.now() - begun < 5_000)
})
