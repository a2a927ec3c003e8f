import type { BenchDatabase } from '../harness/bench-server.ts'
import { makeThing } from './thing.ts'

const BATCH = 250_000

const APPEND = `
  insert into event_bus.event (id, name, ordering_key, key_hash, size, body)
  select uuidv7(), 'bench.thing.changed', 'thing-' || n % 1000, hashint4((n % 1000)::integer) & 2147483647,
         octet_length($3::text), $3::text
    from generate_series($1::bigint, $2::bigint) n`

const SEQUENCE = `
  insert into event_bus.position (position, seq)
  select (select last_position from event_bus.sequencer) + row_number() over (order by seq), seq
    from event_bus.event where seq > coalesce((select max(seq) from event_bus.position), 0)`

const SETTLE = `
  update event_bus.sequencer_turn
     set last_position = (select max(position) from event_bus.position), snapshot = pg_current_snapshot()`

/**
 * Appends so many events to the log of a bus that nobody runs meanwhile, with their positions, then vacuums and checkpoints: a log that has grown
 * over weeks has had that too.
 */
export async function fillLog(database: BenchDatabase, count: number): Promise<void> {
  const body = JSON.stringify(makeThing(0, 0))
  for (let done = 0; done < count; done += BATCH) {
    await database.sql(APPEND, [done + 1, Math.min(count, done + BATCH), body])
    await database.sql(SEQUENCE)
    await database.sql(SETTLE)
  }
  if (count === 0) return
  await database.sql('vacuum (analyze) event_bus.event')
  await database.sql('vacuum (analyze) event_bus.position')
  await database.sql('checkpoint')
}
