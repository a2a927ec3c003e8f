import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isToken, newToken, tokenHash } from './token-text.ts'

test('newToken() gives tokens of one form, each once', () => {
  const tokens = Array.from({ length: 500 }, newToken)
  for (const token of tokens) {
    assert.match(token, /^oih_[0-9A-Za-z]{49}$/)
    assert.equal(isToken(token), true)
  }
  assert.equal(new Set(tokens).size, tokens.length)
})

test('isToken() refuses a token with any one character changed', () => {
  const token = newToken()
  for (let place = 4; place < token.length; place++) {
    const other = token[place] === 'a' ? 'b' : 'a'
    assert.equal(isToken(token.slice(0, place) + other + token.slice(place + 1)), false)
  }
})

test('isToken() refuses any other text', () => {
  fc.assert(fc.property(fc.string(), (text) => assert.equal(isToken(text), false)))
  fc.assert(fc.property(fc.stringMatching(/^oih_[0-9A-Za-z]{49}$/), (text) => assert.equal(isToken(text), false)))
})

test('tokenHash() has 32 bytes and differs by token', () => {
  assert.equal(tokenHash('a').length, 32)
  assert.notDeepEqual(tokenHash('a'), tokenHash('b'))
})
