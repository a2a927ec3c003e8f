import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { countFailure, type FailureCount, WINDOW_MS } from './failure-count.ts'

const start = new Date('2026-01-01T00:00:00Z')
const after = (ms: number) => new Date(start.getTime() + ms)
const none: FailureCount = { since: start, failures: 0, untold: 0 }

test('countFailure() tells of five alone and holds the others of the minute back', () => {
  let count = none
  const told = Array.from({ length: 8 }, (_, index) => {
    const counted = countFailure(count, after(index))
    count = counted.count
    return counted.tell
  })
  assert.deepEqual(told, [true, true, true, true, true, false, false, false])
  assert.deepEqual(count, { since: start, failures: 8, untold: 3 })
  assert.deepEqual(countFailure(count, after(WINDOW_MS)), {
    count: { since: after(WINDOW_MS), failures: 1, untold: 0 },
    tell: true,
    tellHeldBack: 3,
  })
})

test('countFailure() loses no failure and tells at most six times a minute', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 200 })
  fc.assert(
    fc.property(gaps, (waits) => {
      let count = none
      let now = start
      let told = 0
      const moments: number[] = []
      for (const wait of waits) {
        now = new Date(now.getTime() + wait)
        const counted = countFailure(count, now)
        count = counted.count
        told += Number(counted.tell) + counted.tellHeldBack
        if (counted.tellHeldBack > 0) moments.push(now.getTime())
      }
      assert.equal(told + count.untold, waits.length)
      for (const [index, moment] of moments.entries()) {
        assert.ok(index === 0 || moment - (moments[index - 1] ?? 0) >= WINDOW_MS)
      }
    }),
  )
})
