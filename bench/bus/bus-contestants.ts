import net from 'node:net'
import type { Contestant } from '../harness/case.ts'

/** Who can take part in a case about the bus. */
export interface BusContestant extends Omit<Contestant, 'run'> {
  readonly driver: URL
  readonly mode: Readonly<Record<string, string | number>>
  /** Uses the broker: its CPU counts. */
  readonly broker?: boolean
}

const ownDriver = new URL('./hub-bus-driver.ts', import.meta.url)
const rawInsert = new URL('./raw-insert-driver.ts', import.meta.url)

/** Ours, as a service with much to do would use it. */
export const hubBus: BusContestant = {
  id: 'ours',
  kind: 'ours',
  title: 'Event bus',
  driver: ownDriver,
  mode: { handler: 'pages', lanes: 1, pageEvents: 500 },
  about:
    '`publish` in a transaction; `subscribePages` with pages of up to 500 events in one lane: one insert a page, in the transaction of the cursor. In total order, once in effect.',
}

/** Ours, where pages are to be handled side by side. */
export const hubBusLanes: BusContestant = {
  ...hubBus,
  id: 'ours-lanes',
  kind: 'variant',
  title: 'Event bus, 4 lanes',
  mode: { ...hubBus.mode, lanes: 4 },
  about:
    'the same with 4 lanes, so that up to 4 pages of a subscription are handled at the same time. In order per key.',
}

/** Ours, as a service with little to do would use it. */
export const hubBusEach: BusContestant = {
  ...hubBus,
  id: 'ours-each',
  kind: 'variant',
  title: 'Event bus, event by event',
  mode: { handler: 'each' },
  about:
    '`subscribe` with its defaults: one lane, so total order; one insert an event, in the transaction of the page.',
}

/** Ours in a single process, as `npm start` runs the hub. */
export const hubBusOneProcess: BusContestant = {
  ...hubBus,
  id: 'ours-one-process',
  kind: 'variant',
  title: 'Event bus, one process',
  mode: { ...hubBus.mode, processes: 1 },
  about: 'the same with publisher and subscriber in one process, as `npm start` runs the hub: wake-ups are calls.',
}

/** What publishing cannot exceed. */
export const transactionInsert: BusContestant = {
  id: 'insert-transaction',
  kind: 'limit',
  title: 'Insert in a transaction',
  driver: rawInsert,
  mode: { commit: 'transaction' },
  about:
    'begin, insert and commit in one round trip, into a copy of the table with its indexes, through the same layer over `pg`, prepared. No positions.',
}

/** The same without a transaction around it. */
export const bareInsert: BusContestant = {
  id: 'insert-statement',
  kind: 'limit',
  title: 'Insert alone',
  driver: rawInsert,
  mode: { commit: 'statement' },
  about: 'the same insert as a statement that commits by itself: no change could be reported by it.',
}

/** What delivery cannot exceed. */
export const bareLog: BusContestant = {
  id: 'bare-log',
  kind: 'limit',
  title: 'Cursor on a bare log',
  driver: new URL('./bare-log-driver.ts', import.meta.url),
  mode: {},
  about:
    'one publisher at a time into a table of bodies; each subscriber reads 500 after its cursor and commits effects and cursor. With two publishers it would miss events; no filter, lanes, leases, retries.',
}

/** A job queue. */
export const pgBoss: BusContestant = {
  id: 'pg-boss',
  kind: 'peer',
  title: 'pg-boss',
  driver: new URL('../peers/pg-boss-driver.ts', import.meta.url),
  mode: { batchSize: 500 },
  about:
    'a queue for each subscriber, a job in each by one transaction; `work` in transactional batches of 500, `burstWhenBatchFull`, woken by NOTIFY. Once in effect; no order per key.',
}

/** Another. */
export const graphileWorker: BusContestant = {
  id: 'graphile-worker',
  kind: 'peer',
  title: 'graphile-worker',
  driver: new URL('../peers/graphile-worker-driver.ts', import.meta.url),
  mode: { concurrentJobs: 200, localQueue: 1_000 },
  about:
    '`addJobs` with a job for each subscriber; `localQueue` 1,000 and completions in batches, as its documentation advises, `concurrentJobs` 200 in place of its 24, which measured a third; effects of jobs that run at the same time share an insert. At least once: effect and completion are two commits; no order per key.',
}

/** A broker. */
export const rabbitmq: BusContestant = {
  id: 'rabbitmq',
  kind: 'peer',
  title: 'RabbitMQ',
  driver: new URL('../peers/rabbitmq-driver.ts', import.meta.url),
  mode: {},
  broker: true,
  missing: brokerMissing,
  about:
    '`rabbitmq-client`; durable topic exchange, a quorum queue for each subscriber, publisher confirms, prefetch 1,000, 500 messages at a time whose effects share an insert, then acknowledged. At least once; published beside the transaction of the change, not in it; gone once handled.',
}

const BROKER_PORT = 5672
const BROKER_ANSWER_MS = 1_000

/** Says why the broker cannot take part; undefined when it answers on its standard port. */
async function brokerMissing(): Promise<string | undefined> {
  const socket = net.connect(BROKER_PORT, '127.0.0.1')
  socket.setTimeout(BROKER_ANSWER_MS)
  const answers = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('timeout', () => resolve(false))
  })
  socket.destroy()
  return answers ? undefined : `no broker answers on port ${BROKER_PORT}`
}
