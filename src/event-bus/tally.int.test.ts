import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { type BusProcess, setupBus } from '../../test/support/bus.ts'
import type { Scope } from '../lib/postgres.ts'
import { exactJson } from './event.ts'
import { createTally } from './tally.ts'

const one = randomUUID()
const two = randomUUID()

/** Where the bus is not running nobody gives positions but the test. */
async function setup(t: TestContext, { running = true } = {}) {
  const { open: openProcess, database, publishForeign } = await setupBus(t)
  const process = await openProcess()
  if (running) await process.bus.start()
  /** A tally as another process would have it. */
  const open = async (everyMs = 600_000) => {
    const { db } = await openProcess()
    const errors: unknown[] = []
    const tally = createTally({ db, everyMs, onError: (error) => errors.push(error) })
    t.after(() => tally.stop())
    const counts = async (scope: Scope = 'everything') => {
      const rows = await db.transaction(scope, (tx) => tally.read(tx))
      return Object.fromEntries(rows.map(({ name, count }) => [name, count]))
    }
    return { tally, counts, errors }
  }
  const sequenced = async (position: number) => {
    while (process.bus.state().head < position) await new Promise((resolve) => setImmediate(resolve))
  }
  return { database, publishForeign, process, open, sequenced }
}

const publish = ({ db, service }: BusProcess, events: [string, unknown][]) =>
  db.transaction((tx) =>
    service.publishAll(
      tx,
      events.map(([name, payload]) => ({ name, payload }) as never),
    ),
  )

/** Writes `count` events with their positions, as fast as the database can. */
const fill = (count: number) => `
  with written as (
    insert into event_bus.event (id, name, ordering_key, key_hash, size, body)
    select gen_random_uuid(), 'n' || i % 3, '', 0, 50, '{"headers":{},"payload":{"tenant":"${one}"}}'
      from generate_series(1, ${count}) i returning seq
  ), placed as (
    insert into event_bus.position (position, seq) select row_number() over (order by seq), seq from written)
  update event_bus.sequencer_turn set last_position = ${count}, snapshot = pg_current_snapshot()`

test('createTally() counts by name and tenant, and shows a tenant its own', async (t) => {
  const { process, open, sequenced, publishForeign } = await setup(t)
  await publish(process, [
    ['a', { tenant: one }],
    ['a', { tenant: one.toUpperCase() }],
    ['a', { tenant: two }],
    ['b', { tenant: one }],
    ['a', {}],
  ])
  await publishForeign('a', { tenant: one })
  await sequenced(6)
  const { tally, counts } = await open()
  await tally.update(10_000)
  assert.deepEqual(await counts(), { a: 4, b: 1 })
  assert.deepEqual(await counts({ tenant: one }), { a: 2, b: 1 })
  assert.deepEqual(await counts({ tenant: two }), { a: 1 })
  assert.deepEqual(await counts('nothing'), {})
})

test('createTally() is stopped by nothing that stands in a body', async (t) => {
  const { process, open, sequenced } = await setup(t)
  const deep = `{"tenant":"${one}","deep":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
  const payloads: unknown[] = [
    { tenant: one, text: '\0' },
    exactJson(`{"tenant":"${one}","text":"\\u0000\\\\u0000\\ud800 \\udfff"}`),
    exactJson(`{"\\u0000":1,"tenant":"${one}"}`),
    exactJson(`{"tenant":"${two}","tenant":"${one}"}`),
    { tenant: '\0' },
    { tenant: 7 },
    { tenant: null },
    { tenant: [one] },
    { tenant: { tenant: one } },
    { tenant: `${one} ` },
    { tenant: `{${one}}` },
    { tenant: 'x'.repeat(900_000) },
    exactJson(`{"tenant":"\\ud800${one}"}`),
    exactJson(deep),
  ]
  await publish(
    process,
    payloads.map((payload) => ['a', payload]),
  )
  await sequenced(payloads.length)
  const { tally, counts, errors } = await open()
  await tally.update(10_000)
  assert.deepEqual(await counts({ tenant: one }), { a: 4 })
  assert.deepEqual(await counts(), { a: payloads.length })
  assert.deepEqual(errors, [])
})

test('createTally() counts each event once, however many count at a time and whoever dies', async (t) => {
  const { database, process, open, sequenced } = await setup(t)
  const tallies = await Promise.all([open(1), open(1), open(1), open(1)])
  for (const { tally } of tallies) tally.start()
  for (let round = 0; round < 50; round++) {
    await publish(
      process,
      Array.from({ length: 20 }, (_, n) => [`n${n % 4}`, n % 2 ? { tenant: one } : {}]),
    )
    if (round === 25) {
      await database.asSuperuser(`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query ilike '%tally%' and pid <> pg_backend_pid()`)
    }
  }
  await sequenced(1_000)
  const [first] = tallies
  await first?.tally.update(30_000)
  assert.deepEqual(await first?.counts(), { n0: 250, n1: 250, n2: 250, n3: 250 })
  assert.deepEqual(await first?.counts({ tenant: one }), { n1: 250, n3: 250 })
  assert.deepEqual(
    tallies.flatMap(({ errors }) => errors),
    [],
  )
})

test('createTally() answers in time where many events are behind, goes on, and begins where it was', async (t) => {
  const { database, open } = await setup(t, { running: false })
  await database.asSuperuser(fill(100_000))
  const { tally, counts } = await open()
  await tally.update(1)
  const [{ position } = {}] = await database.asSuperuser('select position from event_bus.tally_cursor')
  assert.ok(Number(position) < 100_000)
  await tally.stop()
  const heir = await open()
  await heir.tally.update(60_000)
  assert.deepEqual(await heir.counts(), { n0: 33_333, n1: 33_334, n2: 33_333 })
  assert.deepEqual(await counts({ tenant: one }), await heir.counts())
})
