import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMessageCache } from './message-cache.ts'

const MEGABYTE = 'x'.repeat(1_048_576)

test('take() gives a body once', () => {
  const cache = createMessageCache()
  cache.put('a', '{"data":1}')
  assert.deepEqual([cache.take('a'), cache.take('a'), cache.take('b')], ['{"data":1}', undefined, undefined])
})

test('put() keeps the oldest when there is no room, until they are taken or stale', () => {
  let time = 0
  const cache = createMessageCache({ now: () => time })
  for (let n = 0; n < 40; n += 1) cache.put(`m${n}`, MEGABYTE)
  assert.equal(cache.take('m0'), MEGABYTE)
  assert.equal(cache.take('m31'), MEGABYTE)
  assert.equal(cache.take('m32'), undefined)
  for (const id of ['n0', 'n1', 'n2']) cache.put(id, MEGABYTE)
  assert.deepEqual([cache.take('n1'), cache.take('n2')], [MEGABYTE, undefined])
  cache.put('n3', MEGABYTE)
  time = 30_001
  cache.put('late', MEGABYTE)
  assert.deepEqual([cache.take('m1'), cache.take('late')], [undefined, MEGABYTE])
})
