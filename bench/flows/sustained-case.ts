import type { BenchCase, BenchContext, Measurement } from '../harness/case.ts'
import { type FlowContestant, flowContestants } from './flow-contestant.ts'
import { withFlowSession } from './flow-session.ts'

/** Flows a second that the hub has kept up so far, for the cases that offer it a part of that. */
export interface HubRate {
  readonly measured: number[]
}

const CONNECTIONS = [32, 64] as const

/** How many flows a second each system keeps up. Notes what ours does in `rate`. */
export function createSustainedCase(work: string, rate: HubRate): BenchCase {
  return {
    id: 'flows.sustained',
    group: 'flows',
    title: 'Flows: sustained',
    about:
      `${work} Closed loop: each connection sends its next delivery once the last is answered, for 10 s, with 32 and then with 64 connections. *Accepted* are ` +
      'answers with 200 a second; *arrived* counts from the first sending to the last arrival, so that a backlog does not count as done. Latencies are from ' +
      'sending to arrival at the target.',
    figures: CONNECTIONS.flatMap((connections) => [
      { id: `arrived-${connections}`, title: `arrived, ${connections} connections`, unit: 'flows/s' },
      { id: `accepted-${connections}`, title: `accepted, ${connections} connections`, unit: 'flows/s' },
      { id: `p50-${connections}`, title: `p50 to arrival, ${connections} connections`, unit: 'ms' },
      { id: `p99-${connections}`, title: `p99 to arrival, ${connections} connections`, unit: 'ms' },
    ]),
    contestants: flowContestants.map((contestant) => ({
      ...contestant,
      run: (context) => measure(contestant, context, rate),
    })),
    aims: CONNECTIONS.map((connections) => ({ figure: `arrived-${connections}`, beside: 'node-red', atLeast: 1 })),
  }
}

async function measure(contestant: FlowContestant, context: BenchContext, rate: HubRate): Promise<Measurement> {
  return withFlowSession(contestant.start, context, async (session) => {
    const figures: Record<string, number> = {}
    const cpu: Record<string, number> = {}
    let work = 0
    let seconds = 0
    for (const connections of CONNECTIONS) {
      const load = await session.load({ kind: 'closed', connections, seconds: context.quick ? 5 : 10 })
      const { acceptedRate, arrivedRate, latency, accepted } = load.outcome
      figures[`arrived-${connections}`] = arrivedRate
      figures[`accepted-${connections}`] = acceptedRate
      figures[`p50-${connections}`] = latency.p50
      figures[`p99-${connections}`] = latency.p99
      for (const [name, used] of Object.entries(load.cpu)) cpu[name] = (cpu[name] ?? 0) + used
      work += accepted
      seconds += load.outcome.seconds
    }
    if (contestant.kind === 'ours') {
      rate.measured.push(Math.max(...CONNECTIONS.map((connections) => figures[`arrived-${connections}`] ?? 0)))
    }
    return { figures, cpu, work, seconds }
  })
}
