import assert from 'node:assert/strict'
import { test } from 'node:test'
import { median, percentile, summarise } from './statistics.ts'

test('median() is the middle value, or the mean of the two', () => {
  assert.equal(median([3, 1, 20]), 3)
  assert.equal(median([4, 1, 20, 2]), 3)
  assert.equal(median([7]), 7)
})

test('median() leaves its input as it is, and compares numbers as numbers', () => {
  const values = [100, 9, 20]
  assert.equal(median(values), 20)
  assert.deepEqual(values, [100, 9, 20])
})

test('percentile() is a value that was measured', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
  assert.equal(percentile(hundred, 0.5), 50)
  assert.equal(percentile(hundred, 0.99), 99)
  assert.equal(percentile(hundred, 1), 100)
  assert.equal(percentile(hundred, 0), 1)
  assert.equal(percentile([5, 6], 0.99), 6)
})

test('statistics refuse what cannot be summarised', () => {
  assert.throws(() => median([]), RangeError)
  assert.throws(() => percentile([], 0.5), RangeError)
  assert.throws(() => percentile([1], 99), RangeError)
  assert.throws(() => summarise([1, Number.NaN]), RangeError)
})

test('summarise() gives median and spread', () => {
  assert.deepEqual(summarise([3, 1, 2]), { median: 2, least: 1, most: 3, values: [3, 1, 2] })
})
