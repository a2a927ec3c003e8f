import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLineReader } from './line-reader.ts'
import { formatAnswer, formatRequest, parseAnswer } from './wire-format.ts'

const texts = ['{"a":"line\\nbreak\\tand tab"}', '"\u2028 ☃ \\ud800"', 'null', '12345678901234567890.10']

/** The one line of a text, without its end. */
function lineOf(text: string): string {
  const lines: string[] = []
  createLineReader((line) => lines.push(line))(text)
  assert.equal(lines.length, 1)
  return lines[0] as string
}

test('formatRequest() puts texts in as they are, on one line', () => {
  const request = { first: texts[0] as string, 'a "name"': texts[1] as string, number: texts[3] as string }
  const line = lineOf(formatRequest(request))
  for (const text of Object.values(request)) assert.ok(line.includes(text))
  assert.deepEqual(
    JSON.parse(line),
    Object.fromEntries(Object.entries(request).map(([name, text]) => [name, JSON.parse(text)])),
  )
  assert.deepEqual(JSON.parse(lineOf(formatRequest({ a: '{\n"b":\r\n 1\n}', c: '[]' }))), { a: { b: 1 }, c: [] })
  assert.equal(formatRequest({}), '{}\n')
})

test('parseAnswer() reads what formatAnswer() writes', () => {
  for (const answer of [{ texts }, { texts: [] }, { failure: 'a\tb\n"c"' }, { failure: '' }]) {
    assert.deepEqual(parseAnswer(lineOf(formatAnswer(answer))), answer)
  }
})

test('parseAnswer() gives nothing for what is no answer', () => {
  for (const line of ['', 'log', 'okay', 'failed', 'failed\tlog', 'Ok\t1']) assert.equal(parseAnswer(line), undefined)
})

test('createLineReader() joins what comes in pieces', () => {
  const lines: string[] = []
  const read = createLineReader((line) => lines.push(line))
  for (const piece of ['a', 'b', '\nc\n', '\n', 'd', '', 'e\nf']) read(piece)
  assert.deepEqual(lines, ['ab', 'c', '', 'de'])
})
