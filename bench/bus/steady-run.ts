import { setTimeout as sleep } from 'node:timers/promises'
import type { Figure, Measurement } from '../harness/case.ts'
import type { RoleProcess } from '../harness/role-process.ts'
import { percentile } from '../harness/statistics.ts'
import type { BusContestant } from './bus-contestants.ts'
import type { PaceOrder, PublishTimes } from './bus-role.ts'
import { type BusRun, HANDLE_CONNECTIONS, PUBLISH_CONNECTIONS } from './bus-run.ts'

/** A steady stream to one subscriber. */
export interface SteadyWork {
  readonly perSecond: number
  /** Seconds that are measured. */
  readonly seconds: number
  /** Seconds of the same stream before that. */
  readonly before: number
  /** Events to be published and handled as fast as it goes at the end; 0 for none. */
  readonly burst: number
}

/** What a steady stream gives. */
export const LATENCY_FIGURES: readonly Figure[] = [
  { id: 'p50', title: 'p50', unit: 'ms' },
  { id: 'p99', title: 'p99', unit: 'ms' },
  { id: 'max', title: 'max', unit: 'ms' },
]

/** What the burst at its end gives. */
export const BURST_FIGURE: Figure = { id: 'rate', title: 'burst, effect committed', unit: 'events/s' }

const BURST = { group: 100, publishers: 4 }
const WARM_UP_SECONDS = 3
const SETTLE_MS = 1_500

/** Latency from when each event was due to be sent until its effect is committed, and the rate of a burst. */
export async function measureSteady(run: BusRun, { mode }: BusContestant, work: SteadyWork): Promise<Measurement> {
  const worker = await run.open(HANDLE_CONNECTIONS)
  const apart = mode.processes !== 1
  const publisher = apart ? await run.open(PUBLISH_CONNECTIONS) : worker
  await Promise.all([worker.call('start', 1), apart ? publisher.call('start', 0) : undefined])
  const stream = createStream(worker, publisher)
  await stream.flow(work.perSecond, WARM_UP_SECONDS)
  await sleep(SETTLE_MS)
  if (work.before > 0) await stream.flow(work.perSecond, work.before)
  const cpu = await run.meter(apart ? { publisher, worker } : { worker })
  const latencies = await stream.flow(work.perSecond, work.seconds)
  const used = await cpu.read()
  const rate = work.burst > 0 ? { rate: await stream.burst(work.burst) } : {}
  await run.verify(1, stream.sent())
  return {
    figures: {
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      max: percentile(latencies, 1),
      ...rate,
    },
    cpu: used,
    work: latencies.length,
    seconds: work.seconds,
  }
}

function createStream(worker: RoleProcess, publisher: RoleProcess) {
  let sent = 0
  return {
    sent: () => sent,
    /** Publishes at a pace and gives the latencies in milliseconds. */
    async flow(perSecond: number, seconds: number): Promise<number[]> {
      const total = perSecond * seconds
      await worker.call('reset')
      const handled = worker.call('handled', total)
      await publisher.call<PublishTimes>('pace', { first: sent, perSecond, seconds } satisfies PaceOrder)
      await handled
      sent += total
      return worker.call<number[]>('latencies')
    },
    /** Publishes and handles as fast as it goes; events a second. */
    async burst(total: number): Promise<number> {
      await worker.call('reset')
      const handled = worker.call<number>('handled', total)
      const { began } = await publisher.call<PublishTimes>('publish', { ...BURST, first: sent, total })
      sent += total
      return total / (((await handled) - began) / 1e6)
    },
  }
}
