import type { BenchCase, BenchContext, Measurement } from '../harness/case.ts'
import { median } from '../harness/statistics.ts'
import { type FlowContestant, flowContestants, hub } from './flow-contestant.ts'
import { withFlowSession } from './flow-session.ts'
import type { HubRate } from './sustained-case.ts'

/** Deliveries a second that meet an idle system: one has long arrived when the next is sent. */
const ONE_BY_ONE = 20
/** Most requests of an open load at a time; more would wait in the load generator, and their waiting counts. */
const CONNECTIONS = 256

const LOADS = [
  { id: 'single', title: 'one by one', share: 0 },
  { id: 'half', title: 'half load', share: 0.5 },
  { id: 'full', title: 'full load', share: 1 },
] as const

/** How long a flow takes from its webhook to the target. */
export function createLatencyCase(work: string, rate: HubRate): BenchCase {
  return {
    id: 'flows.latency',
    group: 'flows',
    title: 'Flows: latency',
    about:
      `${work} Open loop: deliveries are sent at times fixed beforehand, 10 s at half and 10 s at all of the rate that our hub has sustained (the median of ` +
      'its best), the same for all systems, and 8 s at 20 a second, where each meets an idle system. Latency is from the intended time of sending to ' +
      'the arrival at the target: who is late in taking a delivery is not flattered.',
    figures: LOADS.flatMap(({ id, title }) => [
      ...(id === 'single' ? [] : [{ id: `${id}-offered`, title: `${title}: offered`, unit: 'flows/s' }]),
      { id: `${id}-p50`, title: `${title}: p50`, unit: 'ms' },
      { id: `${id}-p99`, title: `${title}: p99`, unit: 'ms' },
      { id: `${id}-max`, title: `${title}: max`, unit: 'ms' },
    ]),
    contestants: flowContestants.map((contestant) => ({
      ...contestant,
      run: (context) => measure(contestant, context, rate),
    })),
    aims: [
      { figure: 'half-p50', atMost: 10 },
      { figure: 'full-p99', atMost: 50 },
    ],
  }
}

async function measure(contestant: FlowContestant, context: BenchContext, rate: HubRate): Promise<Measurement> {
  if (rate.measured.length === 0) rate.measured.push(await probe(context))
  const full = median(rate.measured)
  return withFlowSession(contestant.start, context, async (session) => {
    const figures: Record<string, number> = {}
    const cpu: Record<string, number> = {}
    let work = 0
    let seconds = 0
    for (const { id, share } of LOADS) {
      const offered = share === 0 ? ONE_BY_ONE : full * share
      const long = share === 0 ? 8 : 10
      const plan = { kind: 'open', connections: CONNECTIONS, rate: offered, seconds: context.quick ? 5 : long } as const
      const load = await session.load(plan)
      if (share > 0) figures[`${id}-offered`] = offered
      for (const [name, ms] of Object.entries(load.outcome.latency)) figures[`${id}-${name}`] = ms
      for (const [name, used] of Object.entries(load.cpu)) cpu[name] = (cpu[name] ?? 0) + used
      work += load.outcome.accepted
      seconds += load.outcome.seconds
    }
    return { figures, cpu, work, seconds }
  })
}

/** What our hub sustains, where the case of that has not run before. */
function probe(context: BenchContext): Promise<number> {
  context.progress('flows.latency · finding what the hub sustains')
  return withFlowSession(hub.start, context, async ({ load }) => {
    const { outcome } = await load({ kind: 'closed', connections: 32, seconds: context.quick ? 5 : 10 })
    return outcome.arrivedRate
  })
}
