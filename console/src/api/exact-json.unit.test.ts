import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExact } from './exact-json.ts'

test('parseExact() keeps every digit', () => {
  const text = '{"id":12345678901234567890,"price":2.50,"small":1e-400,"list":[1.0,-0,7],"text":"1.0"}'
  assert.equal(JSON.stringify(parseExact(text)), text)
  assert.deepEqual(parseExact('{"a":[1,"b",null,true]}'), { a: [1, 'b', null, true] })
  assert.throws(() => parseExact('{'), SyntaxError)
})
