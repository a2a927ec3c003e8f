import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createArrivalRecord } from './arrival-record.ts'

test('createArrivalRecord() keeps the first time of each id and counts repetitions', () => {
  const record = createArrivalRecord()
  record.note(2, 10)
  record.note(0, 11)
  record.note(2, 12)
  const { firstAt, times } = record.read()
  assert.deepEqual([...firstAt], [11, Number.NaN, 10])
  assert.deepEqual([...times], [1, 0, 2])
  assert.equal(record.distinct, 2)
})

test('createArrivalRecord() takes ids far beyond its first size', () => {
  const record = createArrivalRecord()
  record.note(7, 1)
  record.note(1_000_000, 2)
  const { firstAt, times } = record.read()
  assert.equal(firstAt.length, 1_000_001)
  assert.deepEqual([firstAt[7], firstAt[8], firstAt[1_000_000]], [1, Number.NaN, 2])
  assert.equal(times[999_999], 0)
})

test('createArrivalRecord() forgets all when cleared', () => {
  const record = createArrivalRecord()
  record.note(3, 1)
  record.clear()
  assert.equal(record.read().firstAt.length, 0)
  record.note(3, 5)
  assert.equal(record.distinct, 1)
  assert.equal(record.read().firstAt[3], 5)
})
