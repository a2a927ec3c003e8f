import assert from 'node:assert/strict'
import { test } from 'node:test'
import { version } from 'uuid'
import { newId } from './id.ts'

test('newId() gives different UUIDs of version 7, the later ones sorting later', async () => {
  const first = newId()
  const begun = Date.now()
  while (Date.now() <= begun + 1) await new Promise(setImmediate)
  const ids = Array.from({ length: 10_000 }, newId)
  assert.equal(new Set(ids).size, 10_000)
  for (const id of ids) {
    assert.equal(version(id), 7)
    assert.ok(id > first)
  }
})
