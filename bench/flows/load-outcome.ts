import { percentile } from '../harness/statistics.ts'
import type { ArrivalRecord } from './arrival-record.ts'
import type { LoadRecord } from './load-plan.ts'

/** What became of a load. */
export interface LoadOutcome {
  readonly sent: number
  readonly accepted: number
  /** Accepted and never arrived. */
  readonly missing: number
  /** Arrived more than once. */
  readonly doubled: number
  /** Answers with 200 a second, from the first sending to the last such answer. */
  readonly acceptedRate: number
  /** Arrivals a second, from the first sending to the last arrival: a backlog that builds up does not count as done. */
  readonly arrivedRate: number
  /** Milliseconds from (intended) sending to the first arrival. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number }
  /** Seconds from the first sending to the last arrival. */
  readonly seconds: number
}

/** Puts together what the load generator and the target have written down. Throws when nothing arrived. */
export function loadOutcome(load: LoadRecord, arrivals: ReturnType<ArrivalRecord['read']>): LoadOutcome {
  const accepted = [...load.acceptedAt].filter((at) => !Number.isNaN(at))
  const arrived = [...arrivals.firstAt.entries()].filter(([, at]) => !Number.isNaN(at))
  const latencies = arrived.map(([id, at]) => at - (load.sentAt[id] ?? Number.NaN))
  const first = load.sentAt[0] ?? Number.NaN
  const seconds = (latest(arrived.map(([, at]) => at)) - first) / 1e3
  const missing = [...load.acceptedAt.entries()].filter(([id, at]) => !Number.isNaN(at) && !arrivals.times[id])
  return {
    sent: load.sentAt.length,
    accepted: accepted.length,
    missing: missing.length,
    doubled: arrivals.times.filter((times) => times > 1).length,
    acceptedRate: accepted.length / ((latest(accepted) - first) / 1e3),
    arrivedRate: arrived.length / seconds,
    latency: { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), max: percentile(latencies, 1) },
    seconds,
  }
}

function latest(times: readonly number[]): number {
  return times.reduce((last, at) => Math.max(last, at), Number.NEGATIVE_INFINITY)
}
