import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { HubError } from '#lib/errors'
import { checkedUsername, normaliseUsername, usernameHash } from './username.ts'

test('normaliseUsername() gives one spelling to names that look the same', () => {
  assert.equal(normaliseUsername('ＡＤＭＩＮ'), 'admin')
  assert.equal(normaliseUsername('Jose\u0301'), normaliseUsername('JOS\u00c9'))
  assert.equal(normaliseUsername('\u212aelvin'), 'kelvin')
  assert.equal(normaliseUsername('o\ufb03ce'), 'office')
})

test('normaliseUsername() changes nothing the second time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const once = normaliseUsername(text)
      assert.equal(normaliseUsername(once), once)
    }),
  )
})

test('checkedUsername() takes names and addresses of any script', () => {
  for (const name of ['a', 'admin', 'jane.doe+hub@example.org', 'søren', '山田', 'x'.repeat(254)]) {
    assert.equal(checkedUsername(name), name)
  }
})

test('checkedUsername() refuses spaces, invisible characters and wrong lengths without repeating the name', () => {
  const names = [
    '',
    'a b',
    ' a',
    'a\u00a0b',
    'a\u200bb',
    'a\u202eb',
    'a\u115fb',
    'a\tb',
    'a\u0000b',
    '\ufdfa'.repeat(100),
  ]
  for (const name of names) {
    assert.throws(
      () => checkedUsername(name),
      (error) => error instanceof HubError && error.code === 'invalid-body' && error.faults[0]?.field === 'username',
    )
  }
})

test('usernameHash() differs by name and by key', () => {
  const key = randomBytes(32)
  assert.equal(usernameHash(key, 'a'), usernameHash(key, 'a'))
  assert.notEqual(usernameHash(key, 'a'), usernameHash(key, 'b'))
  assert.notEqual(usernameHash(key, 'a'), usernameHash(randomBytes(32), 'a'))
  assert.match(usernameHash(key, 'a'), /^[0-9a-f]{64}$/)
})
