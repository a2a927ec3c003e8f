import type { BenchCase, BenchContext, Measurement } from '../harness/case.ts'
import {
  type BusContestant,
  bareInsert,
  graphileWorker,
  hubBus,
  pgBoss,
  rabbitmq,
  transactionInsert,
} from './bus-contestants.ts'
import type { PublishOrder, PublishTimes } from './bus-role.ts'
import { busRun, PUBLISH_CONNECTIONS } from './bus-run.ts'

const WARM_UP = 1_000
/** Some peers are so slow that a full share would take minutes; a rate does not need it. */
const PEER_SHARE = 1 / 4

async function measure(
  context: BenchContext,
  contestant: BusContestant,
  { total, group }: { total: number; group: number },
): Promise<Measurement> {
  return busRun(context, contestant, 1, async ({ open, meter }) => {
    const publisher = await open(PUBLISH_CONNECTIONS)
    await publisher.call('start', 0)
    const order = { group, publishers: group === 1 ? 16 : 4 }
    await publisher.call<PublishTimes>('publish', { ...order, first: 0, total: WARM_UP } satisfies PublishOrder)
    const cpu = await meter({ publisher })
    const { began, ended } = await publisher.call<PublishTimes>('publish', { ...order, first: WARM_UP, total })
    const seconds = (ended - began) / 1e6
    return { figures: { rate: total / seconds }, cpu: await cpu.read(), work: total, seconds }
  })
}

const LIMITS: readonly BusContestant[] = [transactionInsert, bareInsert]
const PEERS: readonly BusContestant[] = [pgBoss, graphileWorker, rabbitmq]

function publishCase(
  name: string,
  title: string,
  about: string,
  group: number,
  totals: { quick: number; full: number },
): BenchCase {
  return {
    id: `bus.publish-${name}`,
    group: 'bus',
    title,
    about,
    figures: [{ id: 'rate', title: 'published', unit: 'events/s' }],
    contestants: [hubBus, ...LIMITS, ...PEERS].map((contestant) => ({
      ...contestant,
      run: (context) => {
        const total = context.quick ? totals.quick : totals.full
        return measure(context, contestant, { total: contestant.kind === 'peer' ? total * PEER_SHARE : total, group })
      },
    })),
    aims: [{ figure: 'rate', beside: transactionInsert.id, atLeast: 0.7 }],
  }
}

/** Publishing alone: how much of what the table could take is left. */
export const publishCases: readonly BenchCase[] = [
  publishCase(
    'single',
    'Publishing, one event a transaction',
    '16 publishers in one process, each waits for the commit of its event before the next; bodies of about 400 bytes. Ours includes giving the positions ' +
      '(the sequencer runs in that process). Peers publish a quarter as many, for one subscriber, their best case. The aim is judged by the insert in a transaction of its own, as an event belongs to ' +
      'the transaction of a change.',
    1,
    { quick: 12_000, full: 40_000 },
  ),
  publishCase(
    'grouped',
    'Publishing, 100 events a transaction',
    '4 publishers in one process, each publishes 100 events at a time and waits for their commit. Otherwise as above.',
    100,
    { quick: 60_000, full: 200_000 },
  ),
]
