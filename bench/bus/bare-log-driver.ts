import { setTimeout as sleep } from 'node:timers/promises'
import { createDatabase, type Tx } from '../../src/lib/postgres.ts'
import type { Driver, DriverInput } from './driver.ts'
import { writeEffects } from './effect.ts'
import type { Tally } from './tally.ts'
import type { Thing } from './thing.ts'

const PAGE = 500
const IDLE_MS = 2

const READ = { name: 'bare-read', text: `select seq, body from bare.log where seq > $1 order by seq limit ${PAGE}` }
const MOVE = { name: 'bare-move', text: 'update bare.cursor set seq = $2 where subscriber = $1' }

/**
 * The limit of delivery: a log of bodies and nothing else, written by one publisher at a time, and a reader for each subscriber that moves its cursor in
 * the transaction of the effects. With two publishers at a time it would miss events; no filter, lease, retry or lane.
 */
export function createDriver({ url, connections }: DriverInput): Driver {
  const db = createDatabase({ url, poolSize: connections })
  let stopping = false
  let last: Promise<unknown> = Promise.resolve()
  const readers: Promise<void>[] = []

  async function handlePage(subscriber: number, after: number, tx: Tx): Promise<Page> {
    const rows = await tx.query<{ seq: number; body: string }>(READ, [after])
    const things = rows.map(({ body }) => JSON.parse(body) as Thing)
    if (things.length > 0) {
      await writeEffects(tx, subscriber, things)
      await tx.query(MOVE, [subscriber, rows.at(-1)?.seq])
    }
    return { things, through: rows.at(-1)?.seq ?? after }
  }

  async function read(subscriber: number, tally: Tally): Promise<void> {
    let after = 0
    while (!stopping) {
      const page = await db.transaction((tx) => handlePage(subscriber, after, tx))
      after = page.through
      tally.committed(page.things.map(({ payload }) => payload.sentAt))
      if (page.things.length < PAGE) await sleep(IDLE_MS)
    }
  }

  async function append(things: readonly Thing[]): Promise<void> {
    const bodies = things.map((thing) => JSON.stringify(thing))
    await db.query({ name: 'bare-append', text: 'insert into bare.log (body) select unnest($1::text[])' }, [bodies])
  }

  return {
    async prepare() {
      await db.query('create schema bare')
      await db.query('create table bare.log (seq bigint generated always as identity primary key, body text not null)')
      await db.query('create table bare.cursor (subscriber integer primary key, seq bigint not null)')
      await db.query('insert into bare.cursor select n, 0 from generate_series(1, 100) n')
    },
    async start(subscribers, tally) {
      for (let subscriber = 1; subscriber <= subscribers; subscriber += 1) readers.push(read(subscriber, tally))
    },
    publish(things) {
      const next = last.then(() => append(things))
      last = next.catch(() => undefined)
      return next
    },
    async stop() {
      stopping = true
      await Promise.all(readers)
      await db.close()
    },
  }
}

interface Page {
  readonly things: readonly Thing[]
  readonly through: number
}
