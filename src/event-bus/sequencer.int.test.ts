import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { type BusFixture, type BusProcess, createRecord, setupBus } from '../../test/support/bus.ts'
import type { ReceivedEvent } from './event.ts'
import { readOffice } from './sequencer-office.ts'

const CHILD = new URL('../../test/support/bus-child.ts', import.meta.url).pathname
/** The lock of the office, as others see it. */
const LOCK = 0x6f696873

const publish = ({ db, service }: BusProcess, n: number) =>
  db.transaction((tx) => service.publish(tx, { name: 'n', payload: { id: 'k', n } }))

/** Subscribes with one lane and records the numbers in the order they are heard. */
function record({ service }: BusProcess) {
  const heard = createRecord<number>()
  service.subscribe('s', { names: '#' }, ({ payload }: ReceivedEvent<string, Record<string, unknown>>) =>
    heard.add(payload.n as number),
  )
  return heard
}

/** A process applies for the office once it has started, not before. */
async function takesOffice({ bus }: BusProcess): Promise<void> {
  while (!bus.state().sequencing) await turn()
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

async function assertDense({ database }: BusFixture): Promise<void> {
  const [log] = await database.db.query(
    `select count(*)::integer as positions, max(position) as last, (select count(*)::integer from event_bus.event) as events
       from event_bus.position`,
  )
  assert.deepEqual([log?.positions, log?.last], [log?.events, log?.events])
}

test('sequencer: when its process dies another takes over', async (t) => {
  const fixture = await setupBus(t)
  const first = await fixture.start()
  await takesOffice(first)
  const second = await fixture.start({ lookEveryMs: 20 })
  const heard = record(second)
  await publish(second, 1)
  await heard.count(1)
  assert.equal(second.bus.state().sequencing, false)
  await first.crash()
  await publish(second, 2)
  await heard.count(2)
  assert.equal(second.bus.state().sequencing, true)
  await assertDense(fixture)
})

interface Child {
  readonly process: ChildProcess
  readonly said: ReturnType<typeof createRecord<string>>
}

function startChild(t: TestContext, url: string): Child {
  const child = spawn(process.execPath, [CHILD, url], { stdio: ['pipe', 'pipe', 'inherit'] })
  const said = createRecord<string>()
  createInterface({ input: child.stdout }).on('line', said.add)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  t.after(async () => {
    child.kill('SIGCONT')
    child.stdin.end()
    await ended
  })
  return { process: child, said }
}

test('sequencer: one that is frozen is put out of office, and its late statement fails', async (t) => {
  const fixture = await setupBus(t)
  const child = startChild(t, fixture.database.url)
  await child.said.until((lines) => lines.at(-1) === 'sequencing')
  const here = await fixture.start({ lookEveryMs: 20, stallMs: 300 })
  const heard = record(here)
  await publish(here, 1)
  await heard.count(1)
  child.process.kill('SIGSTOP')
  for (const n of [2, 3, 4]) await publish(here, n)
  await heard.count(4)
  assert.equal(here.bus.state().sequencing, true)
  child.process.kill('SIGCONT')
  await child.said.until((lines) => lines.at(-1) === 'idle')
  for (const n of [5, 6]) await publish(here, n)
  await heard.count(6)
  assert.deepEqual(heard.items, numbers(1, 6))
  await assertDense(fixture)
})

test('sequencer: a session that holds the lock and does nothing is ended', async (t) => {
  const fixture = await setupBus(t)
  const holder = await fixture.database.db.session()
  const lost = Promise.withResolvers<void>()
  holder.onLost(lost.resolve)
  await holder.query('select pg_advisory_lock($1)', [LOCK])
  const here = await fixture.start({ lookEveryMs: 20, stallMs: 300 })
  const heard = record(here)
  await new Promise((resolve) => setTimeout(resolve, 400))
  assert.equal(here.bus.state().sequencing, false, 'with no event waiting the holder is left in peace')
  await publish(here, 1)
  await lost.promise
  await heard.count(1)
})

test('sequencer: one whose epoch has passed writes nothing and leaves office', async (t) => {
  const fixture = await setupBus(t)
  const here = await fixture.start({ lookEveryMs: 600_000 })
  const heard = record(here)
  await publish(here, 1)
  await heard.count(1)
  await fixture.database.asSuperuser('update event_bus.sequencer_turn set epoch = epoch + 1')
  await publish(here, 2)
  while (here.bus.state().sequencing) await turn()
  assert.deepEqual(heard.items, [1])
  const other = await fixture.start({ lookEveryMs: 20 })
  other.service.subscribe('s', { names: '#' }, () => assert.fail('the lane is held by the first'))
  await heard.count(2)
  await assertDense(fixture)
})

/** Makes the log look as one that comes from a server whose transaction numbers are far ahead. */
const FROM_ANOTHER_SERVER = {
  'with a snapshot from the future': `
    update event_bus.event set xid = (xid::text::bigint + 5000000)::text::xid8;
    update event_bus.sequencer_turn set snapshot = (pg_snapshot_xmax(snapshot)::text::bigint + 5000000 || ':' ||
      pg_snapshot_xmax(snapshot)::text::bigint + 5000000 || ':')::pg_snapshot`,
  'with a snapshot of the past and events of the future': `
    update event_bus.event set xid = (xid::text::bigint + 5000000)::text::xid8`,
  'with everything of the past': `
    update event_bus.event set xid = '5' where seq > 3; update event_bus.event set xid = '3' where seq <= 3;
    update event_bus.sequencer_turn set snapshot = '4:4:'`,
} as const

for (const [how, sql] of Object.entries(FROM_ANOTHER_SERVER)) {
  test(`sequencer: a restored log, ${how}, goes on with every event once`, async (t) => {
    const fixture = await setupBus(t)
    const before = await fixture.start()
    const heardBefore = record(before)
    for (const n of [1, 2, 3]) await publish(before, n)
    await heardBefore.count(3)
    await before.stop()
    // Committed and without a position when the copy was made.
    for (const n of [4, 5]) await publish(before, n)
    await fixture.database.asSuperuser(sql)
    const after = await fixture.open({ lookEveryMs: 20 })
    const heard = record(after)
    await after.bus.start()
    await heard.count(2)
    await publish(after, 6)
    await heard.count(3)
    assert.deepEqual(heard.items, [4, 5, 6])
    await assertDense(fixture)
    assert.deepEqual(await readOffice(after.db), { vacant: false, waiting: false, position: 6 })
    const listening = after.service.listen('#', () => undefined)
    while (listening.freshness() > 1_000) await new Promise((resolve) => setImmediate(resolve))
  })
}

test('sequencer: a restored log in which nothing is left to do is at rest', async (t) => {
  const fixture = await setupBus(t)
  const before = await fixture.start()
  const heardBefore = record(before)
  for (const n of [1, 2, 3]) await publish(before, n)
  await heardBefore.count(3)
  await before.stop()
  await fixture.database.asSuperuser(FROM_ANOTHER_SERVER['with a snapshot from the future'])
  const after = await fixture.start()
  const listening = after.service.listen('#', () => undefined)
  // A snapshot from the future hides that anything waits until somebody is in office.
  let office = await readOffice(after.db)
  while (office.vacant || office.waiting) office = await readOffice(after.db)
  assert.equal(office.position, 3)
  while (listening.freshness() > 1_000) await new Promise((resolve) => setImmediate(resolve))
})

test('sequencer: a backlog of several batches gets dense positions in order, without reading the log', async (t) => {
  const fixture = await setupBus(t)
  const { db, asSuperuser } = fixture.database
  await db.query(
    `insert into event_bus.event (id, name, ordering_key, key_hash, size, body)
     select gen_random_uuid(), 'n', n, 0, 30, '{"headers":{},"payload":{"n":' || n || '}}' from generate_series(1, 45000) n`,
  )
  const here = await fixture.start({ lookEveryMs: 20 })
  while (here.bus.state().head < 45_000) await new Promise((resolve) => setImmediate(resolve))
  // Statistics that tell the planner of a large log.
  await asSuperuser('analyze event_bus.event, event_bus.position')
  const reads = async () => {
    await asSuperuser('select pg_stat_force_next_flush()')
    const [row] = await asSuperuser(
      `select sum(seq_tup_read)::integer as n from pg_stat_user_tables where schemaname = 'event_bus' and relname in ('event', 'position')`,
    )
    return row?.n as number
  }
  const heard = createRecord<number>()
  const listened = createRecord<number>()
  const other = await fixture.open({ lookEveryMs: 20 })
  other.service.subscribe('s', { names: '#', from: 'now', lanes: 4 }, ({ position }) => heard.add(position))
  await other.bus.start()
  here.service.listen('#', ({ position }) => listened.add(position))
  for (const n of numbers(1, 30)) {
    await publish(other, n)
    await listened.count(n)
    await heard.count(n)
  }
  await Promise.all([here.stop(), other.stop()])
  const read = await reads()
  assert.ok(read < 45_000, `${read} rows were read by sequential scans`)
  const [unordered] = await asSuperuser(
    'select count(*)::integer as n from (select seq < lag(seq) over (order by position) as wrong from event_bus.position) p where wrong',
  )
  assert.equal(unordered?.n, 0)
  await assertDense(fixture)
})
