import pg from 'pg'
import type { BenchCase, BenchContext, Contestant, Measurement } from '../harness/case.ts'
import { median } from '../harness/statistics.ts'
import { type BusContestant, hubBus } from './bus-contestants.ts'
import type { PublishTimes } from './bus-role.ts'
import { type BusRun, busRun, PUBLISH_CONNECTIONS } from './bus-run.ts'
import { fillLog } from './event-fill.ts'
import { BURST_FIGURE, LATENCY_FIGURES, measureSteady, type SteadyWork } from './steady-run.ts'

const STEADY: SteadyWork = { perSecond: 1_000, seconds: 10, before: 0, burst: 40_000 }
const QUICK: SteadyWork = { perSecond: 1_000, seconds: 5, before: 0, burst: 20_000 }
const steadyFor = ({ quick }: BenchContext) => (quick ? QUICK : STEADY)

const STEADY_ABOUT =
  'A steady 1,000 events/s to one subscriber, then a burst in groups of 100, published and handled as fast as it goes.'
const STEADY_FIGURES = [...LATENCY_FIGURES, BURST_FIGURE]

/** A measurement of ours under one condition. */
function contestant(
  as: Pick<Contestant, 'id' | 'kind' | 'title' | 'about'>,
  mode: BusContestant['mode'],
  measure: (run: BusRun, bus: BusContestant, context: BenchContext) => Promise<Measurement>,
): Contestant {
  const bus: BusContestant = { ...hubBus, ...as, mode: { ...hubBus.mode, ...mode } }
  return { ...as, run: (context) => busRun(context, bus, 1, (run) => measure(run, bus, context)) }
}

const undisturbed = contestant(
  {
    id: 'undisturbed',
    kind: 'variant',
    title: 'Undisturbed',
    about: 'the event bus as in the other cases, with one lane.',
  },
  {},
  (run, bus, context) => measureSteady(run, bus, steadyFor(context)),
)

/** Some transaction that has written and does not end: nothing that dies meanwhile can be cleaned up. */
async function withOpenTransaction<T>({ database }: BusRun, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  try {
    await client.query('create table public.other (n integer)')
    await client.query('begin')
    await client.query('insert into public.other values (1)')
    return await work()
  } finally {
    await client.end()
  }
}

const openTransaction: BenchCase = {
  id: 'bus.open-transaction',
  group: 'bus',
  title: 'A writing transaction that stays open',
  about: `${STEADY_ABOUT} Measured after the transaction has been open for 10 minutes (with \`--quick\` 20 s) of that stream, with it still open.`,
  figures: STEADY_FIGURES,
  contestants: [
    contestant(
      {
        id: 'open',
        kind: 'ours',
        title: 'Transaction open',
        about: 'another connection has written a row and does not commit.',
      },
      {},
      (run, bus, context) => {
        const steady = { ...steadyFor(context), before: context.quick ? 20 : 600 }
        return withOpenTransaction(run, () => measureSteady(run, bus, steady))
      },
    ),
    undisturbed,
  ],
  aims: [
    { figure: 'rate', beside: 'undisturbed', atLeast: 0.8 },
    { figure: 'p50', atMost: 4 },
    { figure: 'p99', atMost: 15 },
  ],
  mostRuns: 1,
}

const manyLanes: BenchCase = {
  id: 'bus.lanes-256',
  group: 'bus',
  title: 'A subscription with 256 lanes',
  about: STEADY_ABOUT,
  figures: STEADY_FIGURES,
  contestants: [
    contestant(
      { id: 'lanes-256', kind: 'ours', title: '256 lanes', about: 'the same subscription with 256 lanes.' },
      { lanes: 256 },
      (run, bus, context) => measureSteady(run, bus, steadyFor(context)),
    ),
    undisturbed,
  ],
  aims: [
    { figure: 'rate', beside: 'undisturbed', atLeast: 0.5 },
    { figure: 'p50', atMost: 4 },
    { figure: 'p99', atMost: 15 },
  ],
  mostRuns: 2,
}

const farBehind: BenchCase = {
  id: 'bus.behind',
  group: 'bus',
  title: 'A subscription far behind',
  about:
    'Latency of a subscription that is up to date, at 1,000 events/s, while another one in the same process catches up with a million events (with `--quick` 300,000) as fast as it can.',
  figures: LATENCY_FIGURES,
  contestants: [
    contestant(
      { id: 'behind', kind: 'ours', title: 'One catches up', about: 'the one behind writes its effects too.' },
      { behind: 1 },
      async (run, bus, context) => {
        await fillLog(run.database, context.quick ? 300_000 : 1_000_000)
        return measureSteady(run, bus, { ...steadyFor(context), burst: 0 })
      },
    ),
    undisturbed,
  ],
  aims: [
    { figure: 'p50', atMost: 15 },
    { figure: 'p99', atMost: 100 },
  ],
  mostRuns: 1,
}

const SIZES = { quick: [0, 500_000], full: [0, 1_000_000, 5_000_000, 10_000_000] }
const sizeId = (size: number) => `at-${size}`

async function measureGrowth(run: BusRun, context: BenchContext): Promise<Measurement> {
  const sizes = context.quick ? SIZES.quick : SIZES.full
  const figures: Record<string, number> = {}
  let size = 0
  for (const next of sizes) {
    context.progress(`bus.publish-cost · filling the log up to ${next.toLocaleString('en-US')} events`)
    await fillLog(run.database, next - size)
    size = next
    figures[sizeId(next)] = await publishRate(run)
  }
  const last = figures[sizeId(size)] ?? 0
  return { figures: { ...figures, kept: last / (figures[sizeId(0)] ?? 1) }, cpu: {}, work: 0, seconds: 0 }
}

/** Median of five bursts, by a process of its own. */
async function publishRate({ open }: BusRun): Promise<number> {
  const publisher = await open(PUBLISH_CONNECTIONS)
  await publisher.call('start', 0)
  const rates: number[] = []
  for (let burst = 0; burst <= 5; burst += 1) {
    const total = 10_000
    const order = { first: burst * total, total, group: 1, publishers: 16 }
    const { began, ended } = await publisher.call<PublishTimes>('publish', order)
    rates.push(total / ((ended - began) / 1e6))
  }
  await publisher.stop()
  // The first one warms up.
  return median(rates.slice(1))
}

const publishCost: BenchCase = {
  id: 'bus.publish-cost',
  group: 'bus',
  title: 'Publishing into a large log',
  about:
    'As in “Publishing, one event a transaction”, with so many events in the log already; medians of five bursts of 10,000. The log is filled by SQL and vacuumed, the caches are as the filling leaves them.',
  figures: [
    ...SIZES.full.toSpliced(1, 0, 500_000).map((size) => ({
      id: sizeId(size),
      title: `published, log of ${size.toLocaleString('en-US')}`,
      unit: 'events/s',
    })),
    { id: 'kept', title: 'rate kept in the largest', unit: '×' },
  ],
  contestants: [
    contestant(
      { id: 'growth', kind: 'ours', title: 'Event bus', about: 'one log that grows.' },
      {},
      (run, _bus, context) => measureGrowth(run, context),
    ),
  ],
  aims: [{ figure: 'kept', atLeast: 0.8 }],
  mostRuns: 1,
}

/** Conditions under which a bus might collapse: each beside the same without. */
export const stressCases: readonly BenchCase[] = [manyLanes, farBehind, openTransaction, publishCost]
