import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveUrl, namePatterns } from './name-patterns.ts'

test('namePatterns() takes patterns as they are and looks for other words between the dots', () => {
  assert.deepEqual(namePatterns(' flow.# , iam.user.*  tenant  tenant'), ['flow.#', 'iam.user.*', '#.tenant.#'])
  assert.deepEqual(namePatterns('  '), [])
})

test('liveUrl() escapes what patterns are made of', () => {
  assert.equal(liveUrl(['flow.#', '*.x'], 100), '/event-bus/live?names=flow.%23&names=*.x&recent=100')
  assert.equal(liveUrl([], 0), '/event-bus/live?recent=0')
})
