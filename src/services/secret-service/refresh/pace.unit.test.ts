import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Secret } from '../secret/secret.ts'
import { isDue, pauseMs } from './pace.ts'

const minute = 60_000
const start = new Date('2026-01-01T00:00:00Z')
const after = (ms: number) => new Date(start.getTime() + ms)

function secretOf(more: Partial<Secret>): Secret {
  return { renews: true, refreshedAt: start, expiresAt: undefined, nextRefreshAt: undefined, ...more } as Secret
}

test('isDue() comes five minutes before the end of a long life, and with the last quarter of a short one', () => {
  for (const [life, due] of [
    [60 * minute, 55 * minute],
    [20 * minute, 15 * minute],
    [4 * minute, 3 * minute],
    [0, 0],
  ] as const) {
    const secret = secretOf({ expiresAt: after(life) })
    assert.equal(isDue(secret, after(due - 1)), false, `${life}`)
    assert.equal(isDue(secret, after(due + 1)), true, `${life}`)
  }
})

test('isDue() knows what has no value yet, what has no end, what is not renewed, and what is to wait', () => {
  assert.equal(isDue(secretOf({ refreshedAt: undefined }), start), true)
  assert.equal(isDue(secretOf({}), after(1e12)), false)
  assert.equal(isDue(secretOf({ renews: false, expiresAt: start }), after(1)), false)
  const pausing = secretOf({ expiresAt: after(60 * minute), nextRefreshAt: after(59 * minute) })
  assert.equal(isDue(pausing, after(58 * minute)), false, 'it is good meanwhile')
  assert.equal(isDue(pausing, after(59 * minute)), true)
  assert.equal(isDue({ ...pausing, expiresAt: after(50 * minute) }, after(58 * minute)), true, 'it is over')
})

test('pauseMs() doubles to five minutes, spread by a fifth each way, and heeds the provider', () => {
  const pause = (failures: number, random: number, retryAfterMs?: number) =>
    pauseMs({ failures, isFinal: false, retryAfterMs }, () => random)
  assert.deepEqual(
    [1, 2, 3, 9, 100].map((count) => pause(count, 0.5)),
    [1_000, 2_000, 4_000, 256_000, 300_000],
  )
  assert.deepEqual([pause(1, 0), Math.round(pause(1, 1))], [800, 1_200])
  assert.deepEqual([pause(1, 0.5, 9_000), pause(100, 0.5, 9_000)], [9_000, 300_000])
})

test('pauseMs() of a refusal lets readers ask twice at once, then up to once a minute', () => {
  const pause = (failures: number) => pauseMs({ failures, isFinal: true, retryAfterMs: undefined }, () => 0.5)
  assert.deepEqual([1, 2, 3, 4, 5, 100].map(pause), [0, 0, 1_000, 2_000, 4_000, 60_000])
})
