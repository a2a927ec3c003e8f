import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadOutcome } from './load-outcome.ts'

const nothing = Number.NaN

/** Four deliveries, one every 100 ms; the third is refused. */
function load(acceptedAt = [1_010, 1_110, nothing, 1_310]) {
  return {
    sentAt: Float64Array.of(1_000, 1_100, 1_200, 1_300),
    acceptedAt: Float64Array.from(acceptedAt),
    refusals: { 503: 1 },
  }
}

function arrivals(firstAt: number[], times: number[]) {
  return { firstAt: Float64Array.from(firstAt), times: Uint8Array.from(times) }
}

test('loadOutcome() counts latencies from the sending and rates to the last arrival', () => {
  const outcome = loadOutcome(load(), arrivals([1_020, 1_150, nothing, 3_000], [1, 1, 0, 1]))
  assert.deepEqual(outcome.latency, { p50: 50, p99: 1_700, max: 1_700 })
  assert.deepEqual([outcome.sent, outcome.accepted, outcome.missing, outcome.doubled], [4, 3, 0, 0])
  assert.equal(outcome.seconds, 2)
  assert.equal(outcome.arrivedRate, 1.5)
  assert.equal(outcome.acceptedRate, 3 / 0.31)
})

test('loadOutcome() tells what was accepted and never arrived, also beyond the last arrival', () => {
  const outcome = loadOutcome(load(), arrivals([1_020], [1]))
  assert.equal(outcome.missing, 2)
})

test('loadOutcome() tells what arrived more than once', () => {
  const outcome = loadOutcome(load(), arrivals([1_020, 1_150, nothing, 1_400], [3, 1, 0, 2]))
  assert.deepEqual([outcome.missing, outcome.doubled], [0, 2])
})

test('loadOutcome() does not take a refused delivery that arrives all the same for a missing one', () => {
  const outcome = loadOutcome(load(), arrivals([1_020, 1_150, 1_250, 1_400], [1, 1, 1, 1]))
  assert.equal(outcome.missing, 0)
  assert.equal(outcome.accepted, 3)
})
