import type { BenchCase } from '../harness/case.ts'
import { type BusContestant, graphileWorker, hubBus, hubBusOneProcess, pgBoss, rabbitmq } from './bus-contestants.ts'
import { busRun } from './bus-run.ts'
import { LATENCY_FIGURES, measureSteady } from './steady-run.ts'

const ABOUT =
  'Each event is due at its moment, whether earlier ones are done or not, and its time runs from that moment until its effect is committed and the subscriber knows: a sender ' +
  'that falls behind makes it look slower. One event a transaction, one subscriber, 10 s.'

function latencyCase(perSecond: number, contestants: readonly BusContestant[]): BenchCase {
  const seconds = (quick: boolean) => (quick ? 5 : 10)
  return {
    id: `bus.latency-${perSecond}`,
    group: 'bus',
    title: `From publish to effect, ${perSecond.toLocaleString('en-US')} events/s`,
    about: ABOUT,
    figures: LATENCY_FIGURES,
    contestants: contestants.map((contestant) => ({
      ...contestant,
      run: (context) =>
        busRun(context, contestant, 1, (run) =>
          measureSteady(run, contestant, { perSecond, seconds: seconds(context.quick), before: 0, burst: 0 }),
        ),
    })),
    aims: [
      { figure: 'p50', atMost: 4 },
      { figure: 'p99', atMost: 15 },
    ],
  }
}

/** End to end. Peers take part at the higher rate. */
export const latencyCases: readonly BenchCase[] = [
  latencyCase(100, [hubBus, hubBusOneProcess]),
  latencyCase(1_000, [hubBus, hubBusOneProcess, pgBoss, graphileWorker, rabbitmq]),
]
