import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
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

describe('bytes() hides a text as', () => {
  const key = `A+b/c&d<e>f"g'h=`
  const escaped = (by: (code: number) => string) => key.replaceAll(/\W/g, (char) => by(char.charCodeAt(0)))
  const hex = (code: number, digits = 2) => code.toString(16).padStart(digits, '0')
  const json = escaped((code) => `\\u${hex(code, 4).toUpperCase()}`)
  const html = key.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
  const percent = escaped((code) => `%${hex(code)}`)
  const forms: Readonly<Record<string, string>> = {
    'System.Text.Json writes it': json,
    'JSON with lower-case hex': escaped((code) => `\\u${hex(code, 4)}`),
    'JSON with each character escaped': [...key].map((char) => `\\u${hex(char.charCodeAt(0), 4)}`).join(''),
    'PHP writes JSON': key.replaceAll('/', '\\/').replaceAll('"', '\\"'),
    'HTML with named entities': html,
    'HTML with an apostrophe by number': html.replaceAll("'", '&#39;'),
    'HTML with an apostrophe by name': html.replaceAll("'", '&apos;'),
    'HTML with decimal numbers': escaped((code) => `&#${code};`),
    'HTML with hex numbers': escaped((code) => `&#x${hex(code).toUpperCase()};`),
    'HTML with numbers after zeros': escaped((code) => `&#X000${hex(code)};`),
    'percent escapes in lower case': percent,
    'percent escapes in upper case': escaped((code) => `%${hex(code).toUpperCase()}`),
    'JSON in JSON': JSON.stringify(json).slice(1, -1),
    'HTML in HTML': html.replaceAll('&', '&amp;'),
    'HTML in JSON': html.replaceAll('&', '\\u0026'),
    'percent escapes twice': percent.replaceAll('%', '%25'),
  }
  for (const [what, form] of Object.entries(forms)) {
    test(what, () => {
      assert.equal(hide([key], `{"error":"${form}${form}"}`), '{"error":"******"}')
      assert.equal(createConcealment([key]).text(form), '***')
    })
  }
})

test('bytes() hides a space that a form writes as a plus, and letters beyond ASCII', () => {
  for (const form of ['open+ses%c3%a4me', 'open ses&#228;me', 'open%20ses\\u00E4me', 'open ses%E4me']) {
    assert.equal(hide(['open sesäme'], `<${form}>`), '<***>', form)
  }
  for (const form of ['k\\uD83D\\uDE00ey', 'k&#x1F600;ey', 'k%F0%9F%98%80ey']) {
    assert.equal(hide(['k😀ey'], `<&gt;${form}&lt;>`), '<&gt;***&lt;>', form)
  }
})

test('bytes() hides a text that looks like an escape itself', () => {
  for (const key of ['50%25+off', 'a\\u002bc', 'C:\\name', 'a&amp;b', '%2525%41']) {
    const json = JSON.stringify(key).slice(1, -1)
    for (const form of [key, json, encodeURIComponent(key), json.replaceAll('+', '\\u002B')]) {
      assert.equal(hide([key], `<${form}>`), '<***>', form)
    }
  }
})

test('a JSON answer tells no text, however its characters are escaped', () => {
  const unit = fc.constantFrom('+', '/', '"', 'u', '0', 'é', '😀', '\n', '&', '%')
  const written = fc.array(fc.tuple(unit, fc.boolean()), { minLength: 4, maxLength: 12 })
  const escaped = (text: string) =>
    text.replaceAll(/./gs, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
  fc.assert(
    fc.property(written, (units) => {
      const key = units.map(([char]) => char).join('')
      const form = units.map(([char, whole]) => (whole ? escaped(char) : JSON.stringify(char).slice(1, -1))).join('')
      assert.deepEqual(JSON.parse(hide([key], `{"a${form}":["<${form}>",1]}`)), { 'a***': ['<***>', 1] })
    }),
    { numRuns: 2_000 },
  )
})

describe('bytes() ends for a hostile page', () => {
  const size = 10 * 1_048_576
  const long = `${'a'.repeat(10_000)}b${'a'.repeat(10_000)}`
  for (const unit of ['a', '\\', '\\u0061', '%25', '&amp;', '&#']) {
    // In the product of both lengths it would take hours, and the timeout ends this test first.
    test(`of "${unit}"`, { timeout: 120_000 }, () => {
      const page = Buffer.alloc(size, unit)
      assert.deepEqual(createConcealment([long]).bytes(page), page)
    })
  }

  test('of nothing but the text', () => {
    assert.equal(hide(['abcd'], 'abcd'.repeat(size / 4)), '***'.repeat(size / 4))
  })
})
