import { setTimeout as sleep } from 'node:timers/promises'
import type { Aim, BenchCase, BenchContext, Measurement } from '../harness/case.ts'
import {
  type BusContestant,
  bareLog,
  graphileWorker,
  hubBus,
  hubBusEach,
  hubBusLanes,
  pgBoss,
  rabbitmq,
} from './bus-contestants.ts'
import type { PublishTimes } from './bus-role.ts'
import { type BusRun, busRun, HANDLE_CONNECTIONS, PUBLISH_CONNECTIONS } from './bus-run.ts'

/** Events in one transaction, and publishers at a time, of the load generator. */
const GROUP = { group: 100, publishers: 4 }
const WARM_UP = 2_000
/** In which members of a bus learn of each other and pools settle. */
const SETTLE_MS = 1_500

interface Work {
  readonly subscribers: number
  readonly total: number
}

/** Publishing and handling at once: from the first publish to the last effect committed. */
async function measureLive({ open, meter, verify }: BusRun, { subscribers, total }: Work): Promise<Measurement> {
  const worker = await open(HANDLE_CONNECTIONS)
  const publisher = await open(PUBLISH_CONNECTIONS)
  await Promise.all([worker.call('start', subscribers), publisher.call('start', 0)])
  await publisher.call('publish', { ...GROUP, first: 0, total: WARM_UP })
  await worker.call('handled', subscribers * WARM_UP)
  await worker.call('reset')
  await sleep(SETTLE_MS)
  const cpu = await meter({ publisher, worker })
  const handled = worker.call<number>('handled', subscribers * total)
  const { began } = await publisher.call<PublishTimes>('publish', { ...GROUP, first: WARM_UP, total })
  const seconds = ((await handled) - began) / 1e6
  const used = await cpu.read()
  await verify(subscribers, WARM_UP + total)
  return { ...rates(subscribers, total, seconds), cpu: used, work: subscribers * total, seconds }
}

/** A backlog is there; from the start of the worker to the last effect committed. */
async function measureDrain({ open, meter, verify }: BusRun, { subscribers, total }: Work): Promise<Measurement> {
  const publisher = await open(PUBLISH_CONNECTIONS)
  await publisher.call('start', 0)
  await publisher.call('publish', { ...GROUP, first: 0, total })
  await publisher.stop()
  const worker = await open(HANDLE_CONNECTIONS)
  const cpu = await meter({ worker })
  const handled = worker.call<number>('handled', subscribers * total)
  const began = await worker.call<number>('start', subscribers)
  const seconds = ((await handled) - began) / 1e6
  const used = await cpu.read()
  await verify(subscribers, total)
  return { ...rates(subscribers, total, seconds), cpu: used, work: subscribers * total, seconds }
}

function rates(subscribers: number, total: number, seconds: number): Pick<Measurement, 'figures'> {
  const events = total / seconds
  return { figures: subscribers === 1 ? { deliveries: events } : { deliveries: events * subscribers, events } }
}

/** Every contestant with three subscribers; ours alone and the limit with one and eight, as peers do a job for each subscriber anyway. */
const OURS: readonly BusContestant[] = [hubBus, hubBusLanes, hubBusEach, bareLog]
const ALL: readonly BusContestant[] = [...OURS, pgBoss, graphileWorker, rabbitmq]

const AIMS: readonly Aim[] = [
  { figure: 'deliveries', beside: pgBoss.id, atLeast: 4 },
  { figure: 'deliveries', beside: graphileWorker.id, atLeast: 2 },
  { figure: 'deliveries', beside: rabbitmq.id, atLeast: 1.5 },
]

interface Shape {
  readonly name: string
  readonly title: string
  readonly about: string
  readonly subscribers: number
  readonly measure: (run: BusRun, work: Work) => Promise<Measurement>
  readonly contestants: readonly BusContestant[]
  readonly aims?: readonly Aim[]
  readonly total: number
}

function handleCase({ subscribers, measure, contestants, ...shape }: Shape): BenchCase {
  return {
    id: `bus.${shape.name}-${subscribers}`,
    group: 'bus',
    title: shape.title,
    about: shape.about,
    figures: [
      { id: 'deliveries', title: 'delivered, effect committed', unit: 'deliveries/s' },
      ...(subscribers === 1 ? [] : [{ id: 'events', title: 'events to all of them', unit: 'events/s' }]),
    ],
    contestants: contestants.map((contestant) => ({
      ...contestant,
      run: (context: BenchContext) => {
        const total = context.quick ? shape.total / 4 : shape.total
        return busRun(context, contestant, subscribers, (run) => measure(run, { subscribers, total }))
      },
    })),
    aims: shape.aims ?? [],
  }
}

const LIVE =
  'One process publishes groups of 100 in 4 transactions at a time, as fast as it can; another handles all subscriptions, and each of them writes one row for every event. Timed from the first publish to the last effect committed, after a warm-up of ' +
  `${WARM_UP.toLocaleString('en-US')} events; afterwards each effect must be there exactly once.`
const DRAIN =
  'The events are there before the handling process starts. Timed from its start to the last effect committed.'

/** Handling with effect. */
export const handleCases: readonly BenchCase[] = [
  {
    ...{ name: 'live', subscribers: 3, measure: measureLive, contestants: ALL, aims: AIMS, total: 40_000 },
    title: 'Publishing and handling at once, three subscribers',
    about: `${LIVE} The aims are judged by this case.`,
  },
  {
    ...{
      name: 'drain',
      subscribers: 3,
      measure: measureDrain,
      contestants: ALL.filter(({ kind }) => kind !== 'variant'),
      total: 20_000,
    },
    title: 'A backlog, three subscribers',
    about: DRAIN,
  },
  {
    ...{ name: 'live', subscribers: 1, measure: measureLive, contestants: OURS, total: 80_000 },
    title: 'Publishing and handling at once, one subscriber',
    about: LIVE,
  },
  {
    ...{ name: 'live', subscribers: 8, measure: measureLive, contestants: [hubBus, bareLog], total: 20_000 },
    title: 'Publishing and handling at once, eight subscribers',
    about: LIVE,
  },
].map(handleCase)
