import { type Db, PgBoss } from 'pg-boss'
import { createDatabase, type Tx } from '../../src/lib/postgres.ts'
import type { Driver, DriverInput } from '../bus/driver.ts'
import { INSERT_EFFECTS } from '../bus/effect.ts'
import type { Tally } from '../bus/tally.ts'
import type { Thing } from '../bus/thing.ts'

const QUEUES = 8
const queueOf = (subscriber: number) => `subscriber-${subscriber}`

/**
 * pg-boss with a queue for each subscriber: a thing is a job in each of `mode.subscribers` queues, inserted in one transaction. Workers take batches,
 * transactional (effects and completion are one commit), without a pause while batches are full, woken by NOTIFY otherwise.
 */
export function createDriver({ url, connections, mode }: DriverInput): Driver {
  const subscribers = Number(mode.subscribers)
  const db = createDatabase({ url, poolSize: connections })
  const open = (maintain: boolean) =>
    new PgBoss({
      connectionString: url,
      max: connections,
      // Where it cannot keep up, publishers queue for a connection: that is to show as latency, not as an error.
      connectionTimeoutMillis: 120_000,
      useListenNotify: true,
      supervise: maintain,
      schedule: false,
      migrate: maintain,
    })
  const boss = open(false)
  boss.on('error', (error) => console.error('pg-boss', error))

  async function handle(subscriber: number, tally: Tally): Promise<void> {
    const options = {
      batchSize: Number(mode.batchSize ?? 500),
      burstWhenBatchFull: true,
      pollingIntervalSeconds: 0.5,
      notifyPollingIntervalSeconds: 0.5,
      transactional: true,
    } as const
    await boss.work<Thing, void, typeof options>(queueOf(subscriber), options, async (jobs, tx) => {
      const numbers = jobs.map(({ data }) => data.payload.n)
      await tx.executeSql(INSERT_EFFECTS.text, [subscriber, numbers])
      const sentAt = jobs.map(({ data }) => data.payload.sentAt)
      // It commits when this has returned, and says so to nobody: counted a little too early.
      setImmediate(() => tally.committed(sentAt))
    })
  }

  return {
    async prepare() {
      const first = open(true)
      first.on('error', (error) => console.error('pg-boss', error))
      await first.start()
      for (let queue = 1; queue <= QUEUES; queue += 1) await first.createQueue(queueOf(queue), { notify: true })
      await first.stop({ graceful: false })
    },
    async start(count, tally) {
      await boss.start()
      for (let subscriber = 1; subscriber <= count; subscriber += 1) await handle(subscriber, tally)
    },
    async publish(things) {
      const jobs = things.map((data) => ({ data }))
      const [only, ...others] = things
      if (subscribers === 1 && only !== undefined && others.length === 0) {
        await boss.send(queueOf(1), only)
        return
      }
      if (subscribers === 1) {
        await boss.insert(queueOf(1), jobs)
        return
      }
      await db.transaction(async (tx) => {
        for (let queue = 1; queue <= subscribers; queue += 1)
          await boss.insert(queueOf(queue), jobs, { db: inside(tx) })
      })
    },
    async stop() {
      await boss.stop({ graceful: true, timeout: 10_000 })
      await db.close()
    },
  }
}

/** Our transaction in the shape that pg-boss takes. */
function inside(tx: Tx): Db {
  return { executeSql: async (text, values) => ({ rows: await tx.query(text, values ?? []) }) }
}
