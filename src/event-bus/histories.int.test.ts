import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import pg from 'pg'
import { type BusFixture, type BusProcess, setupBus } from '../../test/support/bus.ts'
import { createTestDatabase, type TestDatabase } from '../../test/support/postgres.ts'
import { type History, histories, KEYS, runHistory } from './conformance/history.ts'
import type { ReceivedEvent } from './event.ts'
import type { HandlerContext } from './service-bus.ts'

const HISTORIES = Number(process.env.OIH_TEST_HISTORIES ?? 1_000)
/** Histories under way at the same time, each with up to three open transactions. */
const PARALLEL = 8
const LANES = { single: 1, few: 4, many: 64 }
/** The time between two deaths of a process. */
const CRASH_EVERY_MS = 2_500

const TABLES = `
  set search_path to public;
  create table counter (history integer, key integer, n integer not null default 0, primary key (history, key));
  create table elsewhere (history integer);
  create table handled (no bigint generated always as identity, subscription text, history integer, key integer, n integer);
  grant all on counter, elsewhere, handled to oih_app`

/** However slow the machine is, something is handled in this time. */
const STALL_MS = 30_000

interface Change {
  readonly history: number
  readonly key: number
  readonly n: number
}

test(`histories: after ${HISTORIES} random ones with crashes, every subscription has every committed event once, in the order of its key`, async (t) => {
  const seed = Number(process.env.OIH_TEST_SEED ?? Math.trunc(Math.random() * 2 ** 31))
  t.diagnostic(`OIH_TEST_SEED=${seed}`)
  const fixture = await setupBus(t)
  await fixture.database.asSuperuser(TABLES)
  await holdWriterInAnotherDatabase(t)
  const some = fc.sample(histories, { numRuns: HISTORIES, seed })
  const ids = some.map((_, id) => id)
  await fixture.database.db.query(
    'insert into counter (history, key) select history, key from unnest($1::integer[]) history, generate_series(0, $2 - 1) key',
    [ids, KEYS],
  )
  const publisher = await fixture.start({ poolSize: PARALLEL * 3 + 4, lifetimeMs: 1_000 })
  const chaos = await startChaos(fixture, seed)
  await runAll(some, publisher, fixture.database).finally(chaos.stop)
  await verify(fixture.database)
})

/** A transaction number that stays open, which stalls whoever waits for the oldest transaction of the server. */
async function holdWriterInAnotherDatabase(t: TestContext): Promise<void> {
  const other = await createTestDatabase(t)
  const client = new pg.Client({ connectionString: other.url })
  await client.connect()
  client.on('error', () => undefined)
  await client.query('create table written (x integer); begin; insert into written values (1)')
  t.after(() => client.end())
}

async function runAll(some: readonly History[], publisher: BusProcess, database: TestDatabase): Promise<void> {
  const cutter = database.open({ role: 'none', poolSize: 2 })
  const cut = (pid: number) => cutter.query('select pg_terminate_backend($1)', [pid])
  const queue = some.entries()
  const runNext = async () => {
    for (const [id, history] of queue) await runHistory(id, history, publisher, cut)
  }
  await Promise.all(Array.from({ length: PARALLEL }, runNext))
}

/** Two processes that handle; now and then one dies and another takes its place. */
async function startChaos(fixture: BusFixture, seed: number) {
  const living: BusProcess[] = []
  const stopping = new AbortController()
  const startOne = async () => {
    const process = await fixture.open({ lifetimeMs: 500, poolSize: 8 })
    subscribeAll(process, seed)
    await process.bus.start()
    living.push(process)
  }
  await startOne()
  await startOne()
  const crashes = (async () => {
    for (let crash = 0; !stopping.signal.aborted; crash += 1) {
      await sleep(CRASH_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
      const sequencing = living.findIndex(({ bus }) => bus.state().sequencing)
      // By turns the one that gives positions, if it is one of these, and the other.
      const [victim] = living.splice(crash % 2 === 0 ? Math.max(0, sequencing) : 0, 1)
      await victim?.crash()
      await startOne()
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await crashes
    },
  }
}

function subscribeAll({ service }: BusProcess, seed: number): void {
  for (const [name, lanes] of Object.entries(LANES)) {
    const retries = { firstBackoffMs: 5, mostBackoffMs: 50, maxAttempts: 100 }
    const handler = async (events: readonly ReceivedEvent[], { tx }: HandlerContext) => {
      const changes = events.map(({ payload }) => payload as Change)
      await tx.query(
        `insert into handled (subscription, history, key, n)
         select $1, history, key, n from unnest($2::integer[], $3::integer[], $4::integer[]) as done (history, key, n)`,
        [name, changes.map(({ history }) => history), changes.map(({ key }) => key), changes.map(({ n }) => n)],
      )
      // After the writing, so that a failure has something to undo.
      for (const event of events) if (fails(event, name, seed)) throw new Error('at random')
    }
    service.subscribePages(name, { names: 'counter.#', lanes, ...retries }, handler)
  }
}

/** In one history of twelve, one event of four fails, once or twice. */
function fails({ id, attempt, payload }: ReceivedEvent, subscription: string, seed: number): boolean {
  if (((payload as Change).history + seed) % 12 !== 0) return false
  const dice = createHash('sha1').update(`${id} ${subscription}`).digest().readUInt8(0)
  return dice < 64 && attempt <= (dice < 32 ? 1 : 2)
}

async function verify({ db, asSuperuser }: TestDatabase): Promise<void> {
  const [expected] = await db.query<{ n: number }>('select sum(n)::integer as n from counter')
  const total = (expected?.n ?? 0) * Object.keys(LANES).length
  let deadline = performance.now() + STALL_MS
  for (let count = 0; count < total; ) {
    const [row] = await asSuperuser(
      `select count(*)::integer as handled, (select count(*)::integer from event_bus.delivery) as waiting from handled`,
    )
    if ((row?.handled as number) > count) deadline = performance.now() + STALL_MS
    count = row?.handled as number
    assert.ok(performance.now() < deadline, `${count} of ${total} are handled, ${row?.waiting} wait aside`)
    await sleep(100)
  }
  const wrong = await db.query(
    `select s.name as subscription, c.history, c.key, c.n as committed, array_agg(h.n order by h.no) as handled
       from counter c cross join unnest($1::text[]) as s (name)
       left join handled h on h.history = c.history and h.key = c.key and h.subscription = s.name
      group by 1, 2, 3, 4
     having coalesce(array_agg(h.n order by h.no) filter (where h.n is not null), '{}')
            <> array(select generate_series(1, c.n))`,
    [Object.keys(LANES)],
  )
  assert.deepEqual(wrong.slice(0, 10), [], `${wrong.length} keys of ${total / 3} changes are wrong`)
  const [log] = await db.query(
    `select (select count(*)::integer from event_bus.event) as events, count(*)::integer as positions,
            min(position) as first, max(position) as last from event_bus.position`,
  )
  assert.deepEqual(log, { events: expected?.n, positions: expected?.n, first: 1, last: expected?.n })
  assert.deepEqual(await db.query('select queue, state, error from event_bus.delivery'), [])
}
