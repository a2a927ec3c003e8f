import { createHash } from 'node:crypto'
import { eventBusMigrations } from '../../src/event-bus/index.ts'
import { newId } from '../../src/lib/id.ts'
import { APP_ROLE, migrate } from '../../src/lib/migrate.ts'
import { createDatabase } from '../../src/lib/postgres.ts'
import type { Driver, DriverInput } from './driver.ts'
import type { Thing } from './thing.ts'

const COLUMNS = 'id, name, ordering_key, key_hash, version, size, body'

const INSERT_ONE = {
  name: 'raw-insert-one',
  text: `insert into public.event (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7)`,
}

const INSERT_MANY = {
  name: 'raw-insert-many',
  text: `insert into public.event (${COLUMNS})
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::smallint[], $6::integer[], $7::text[])`,
}

/**
 * The limit of publishing: plain inserts into a copy of the bus's table with all its indexes, through the same layer over `pg`, prepared; nobody gives
 * positions or reads. `mode.commit`: `transaction` (default: begin, insert, commit, as an event that reports a change must be) or `statement`.
 */
export function createDriver({ url, connections, mode }: DriverInput): Driver {
  const db = createDatabase({ url, role: APP_ROLE, poolSize: connections })
  const insert = (rows: readonly unknown[][]) =>
    rows.length === 1 ? ([INSERT_ONE, rows[0]] as const) : ([INSERT_MANY, columnsOf(rows)] as const)
  return {
    async prepare() {
      await migrate({ url, migrations: [eventBusMigrations] })
      const owner = createDatabase({ url, poolSize: 1 })
      await owner.query('create table public.event (like event_bus.event including all)')
      await owner.query(`grant insert on public.event to ${APP_ROLE}`)
      await owner.close()
    },
    async start() {},
    async publish(things) {
      const [statement, values] = insert(things.map(rowOf))
      await (mode.commit === 'statement' ? db.query(statement, values) : db.queryAs('nothing', statement, values))
    },
    stop: () => db.close(),
  }
}

function rowOf(thing: Thing): unknown[] {
  const body = JSON.stringify(thing)
  const { id } = thing.payload
  const hash = createHash('sha1').update(id).digest().readUInt32BE(0) & 0x7fffffff
  return [newId(), thing.headers.name, id, hash, 1, Buffer.byteLength(body), body]
}

function columnsOf(rows: readonly unknown[][]): unknown[][] {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column]))
}
