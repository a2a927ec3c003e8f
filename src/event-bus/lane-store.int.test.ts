import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { createTestDatabase } from '../../test/support/postgres.ts'
import type { Database } from '../lib/postgres.ts'
import { CURSOR } from './lane-registration.ts'
import { createLaneStore, type LaneLease, type LaneStore } from './lane-store.ts'
import { eventBusMigrations } from './migrations.ts'

/** Members of one subscription; who lives is up to the test. */
async function setup(t: TestContext) {
  const { db } = await createTestDatabase(t, [eventBusMigrations])
  const live = (id: string, seconds = 600) =>
    db.query(
      `insert into oih.member values ($1, clock_timestamp() + make_interval(secs => $2))
       on conflict (id) do update set expires_at = excluded.expires_at`,
      [id, seconds],
    )
  async function member() {
    const id = randomUUID()
    await live(id)
    return {
      store: createLaneStore(db, 's', id),
      die: () => live(id, -1),
    }
  }
  const cursors = async () =>
    (await db.query<{ cursor: number }>(`select ${CURSOR} as cursor from event_bus.lane l order by lane`)).map(
      ({ cursor }) => cursor,
    )
  return { db, member, cursors }
}

/** As a page does it: under the locks of the lanes. */
const advance = (db: Database, store: LaneStore, cursors: readonly LaneLease[]) =>
  db.transaction(async (tx) => store.advance(tx, cursors, await store.lock(tx, cursors)))

const lanesOf = (leases: readonly LaneLease[]) => leases.map(({ lane }) => lane).toSorted((a, b) => a - b)
const ahead = (leases: readonly LaneLease[], cursor: number) => leases.map((lease) => ({ ...lease, cursor }))

test('claim() takes what nobody living holds, up to the limit', async (t) => {
  const { member } = await setup(t)
  const [a, b] = [await member(), await member()]
  assert.equal(await a.store.register(8, 'beginning'), 8)
  assert.equal(await b.store.register(8, 'beginning'), 8)
  assert.deepEqual(await a.store.fairShare(), { lanes: 8, share: 4 })
  const first = await a.store.claim(6, 8, [])
  assert.deepEqual(lanesOf(first), [0, 1, 2, 3, 4, 5])
  assert.deepEqual(lanesOf(await b.store.claim(6, 8, [])), [6, 7])
  await a.store.release(first.slice(0, 2))
  assert.deepEqual(lanesOf(await b.store.claim(6, 8, [6, 7])), [0, 1])
  await a.die()
  assert.deepEqual(await b.store.fairShare(), { lanes: 8, share: 8 })
  assert.deepEqual(lanesOf(await b.store.claim(8, 8, [0, 1, 6, 7])), [2, 3, 4, 5])
})

test('claim() by many at once gives no lane to two', async (t) => {
  const { member } = await setup(t)
  const members = await Promise.all(Array.from({ length: 6 }, member))
  for (const { store } of members) await store.register(64, 'beginning')
  const claims = await Promise.all(members.map(({ store }) => store.claim(30, 64, [])))
  const lanes = lanesOf(claims.flat())
  assert.equal(new Set(lanes).size, lanes.length)
  assert.ok(claims.every((leases) => leases.length <= 30))
})

test('claim() takes back lanes that this member holds and does not know of', async (t) => {
  const { member } = await setup(t)
  const a = await member()
  await a.store.register(4, 'beginning')
  // As if the answer had been lost.
  await a.store.claim(4, 4, [])
  const again = await a.store.claim(4, 4, [1])
  assert.deepEqual(lanesOf(again), [0, 2, 3])
  assert.ok(again.every(({ fence }) => fence === 2))
})

test('lock() and advance() do nothing for a lane that another has taken meanwhile', async (t) => {
  const { db, member, cursors } = await setup(t)
  const [a, b] = [await member(), await member()]
  await a.store.register(2, 'beginning')
  const held = await a.store.claim(2, 2, [])
  await db.transaction(async (tx) => {
    const locked = await a.store.lock(tx, held)
    const both = new Map([
      [0, 0],
      [1, 0],
    ])
    assert.deepEqual(locked.cursors, both)
    a.store.advance(tx, ahead(held, 5), locked)
  })
  await a.die()
  await b.store.register(2, 'beginning')
  const taken = await b.store.claim(1, 2, [])
  assert.deepEqual(taken, [{ lane: 0, fence: 2, cursor: 5 }])
  await db.transaction(async (tx) => {
    const locked = await a.store.lock(tx, held)
    assert.deepEqual(locked.cursors, new Map([[1, 5]]))
    a.store.advance(tx, ahead(held, 9), locked)
  })
  assert.deepEqual(await cursors(), [5, 9])
  await a.store.release(held)
  assert.deepEqual(lanesOf(await a.store.claim(2, 2, [])), [1])
})

test('advance() never moves a cursor back', async (t) => {
  const { db, member, cursors } = await setup(t)
  const a = await member()
  await a.store.register(1, 'beginning')
  const held = await a.store.claim(1, 1, [])
  for (const cursor of [7, 3]) await advance(db, a.store, ahead(held, cursor))
  assert.deepEqual(await cursors(), [7])
})

test('register() changes the number of lanes where they stand together and nobody holds one, with fences that go on', async (t) => {
  const { db, member, cursors } = await setup(t)
  const [a, b] = [await member(), await member()]
  await a.store.register(4, 'beginning')
  const held = await a.store.claim(4, 4, [])
  assert.equal(await b.store.register(8, 'beginning'), 4, 'a lane is held')
  await advance(db, a.store, ahead(held.slice(1), 3))
  await a.die()
  assert.equal(await b.store.register(8, 'beginning'), 4, 'one lane stands elsewhere')
  await advance(db, a.store, ahead(held, 3))
  assert.equal(await b.store.register(8, 'beginning'), 8)
  assert.deepEqual(
    await cursors(),
    Array.from({ length: 8 }, () => 3),
  )
  // The first is alive after all: its leases are of lanes with other keys, and so would be what it claims.
  await db.transaction(async (tx) => assert.equal((await a.store.lock(tx, held)).cursors.size, 0))
  assert.deepEqual(await a.store.claim(4, 4, []), [])
  assert.equal((await a.store.fairShare()).lanes, 8)
  const taken = await b.store.claim(8, 8, [])
  assert.ok(taken.every(({ fence }) => fence > 2))
})

test('unregister() lets go of everything at once', async (t) => {
  const { member } = await setup(t)
  const [a, b] = [await member(), await member()]
  await a.store.register(4, 'beginning')
  await b.store.register(4, 'beginning')
  await a.store.claim(4, 4, [])
  await a.store.unregister()
  assert.deepEqual(await b.store.fairShare(), { lanes: 4, share: 4 })
  assert.deepEqual(lanesOf(await b.store.claim(4, 4, [])), [0, 1, 2, 3])
})

test('each lane has one cursor, however many transactions move it at once, and none moves it without its lock', async (t) => {
  const { db, member, cursors } = await setup(t)
  const a = await member()
  await a.store.register(3, 'beginning')
  const held = await a.store.claim(3, 3, [])
  const moves = Array.from({ length: 60 }, (_, n) => advance(db, a.store, ahead(n % 2 ? held : held.slice(1), n + 1)))
  await Promise.all(moves)
  const [row] = await db.query<{ rows: number }>('select count(*) as rows from event_bus.lane_cursor')
  assert.equal(row?.rows, 3)
  assert.deepEqual(await cursors(), [60, 60, 60])
  const lost = held.map((lease) => ({ ...lease, fence: lease.fence - 1 }))
  await advance(db, a.store, ahead(lost, 99))
  assert.deepEqual(await cursors(), [60, 60, 60])
})

test('a page costs no more while a transaction stays open, however many cursors it keeps alive', async (t) => {
  const { db, member } = await setup(t)
  const a = await member()
  await a.store.register(1, 'beginning')
  const held = await a.store.claim(1, 1, [])
  const backup = await db.session()
  t.after(() => backup.close())
  await backup.query('begin isolation level repeatable read')
  await backup.query('select txid_current()')
  const work = async () => {
    const [row] = await db.query<{ work: number }>(`
      select sum(coalesce(heap_blks_hit, 0) + coalesce(idx_blks_hit, 0))::float8 as work
        from pg_statio_user_tables where relname in ('lane', 'lane_cursor')`)
    return row?.work ?? 0
  }
  const pages = async (from: number) => {
    for (let n = 0; n < 100; n++) await advance(db, a.store, ahead(held, from + n))
    // Numbers of a connection are told with its next statement, at most once a second.
    await db.query('select pg_stat_force_next_flush()')
  }
  const costs: number[] = []
  for (let from = 1; from <= 2_001; from += 500) {
    await pages(from)
    const before = await work()
    await pages(from + 100)
    costs.push((await work()) - before)
    for (let n = 200; n < 500; n++) await advance(db, a.store, ahead(held, from + n))
  }
  t.diagnostic(`blocks for 100 pages: ${costs}`)
  const [first = 0, last = 0] = [costs[0], costs.at(-1)]
  assert.ok(last < 2 * first, `${costs}`)
})
