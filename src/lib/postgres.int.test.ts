import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createTestDatabase, type TestDatabase } from '../../test/support/postgres.ts'
import {
  ConnectionLostError,
  createDatabase,
  type DatabaseOptions,
  insideTransaction,
  isConnectionError,
  isSerializationError,
  type Scope,
  type Tx,
} from './postgres.ts'

/** A database with a table `note (text)`, and a pool of one connection that can be cut. */
async function setup(t: TestContext, options: Partial<DatabaseOptions> = {}) {
  const database = await createTestDatabase(t)
  await database.asSuperuser('create table note (text text primary key); grant all on note to oih_app')
  const errors: Error[] = []
  const db = database.open({
    url: labelled(database.url),
    poolSize: 1,
    onIdleError: (error) => void errors.push(error),
    ...options,
  })
  const notes = async () => (await database.db.query('select text from note order by 1')).map(({ text }) => text)
  return { database, db, errors, notes, cut: () => database.cut('oih-cut') }
}

const labelled = (url: string) => `${url}${url.includes('?') ? '&' : '?'}application_name=oih-cut`

const write = (tx: Tx, text: string) => tx.query('insert into note values ($1)', [text])

const TENANT = '0190a1b2-0000-7000-8000-000000000001'

test('transaction() commits what its function did, and rolls back when it throws', async (t) => {
  const { db, notes } = await setup(t)
  const kept = db.transaction(async (tx) => {
    await write(tx, 'kept')
    return 7
  })
  assert.equal(await kept, 7)
  const boom = new Error('boom')
  const thrown = db.transaction(async (tx) => {
    await write(tx, 'lost')
    throw boom
  })
  await assert.rejects(thrown, boom)
  assert.deepEqual(await notes(), ['kept'])
})

test('transaction() refuses to commit after a swallowed SQL error', async (t) => {
  const { db, notes } = await setup(t)
  let called = false
  const swallowing = db.transaction(async (tx) => {
    tx.afterCommit(() => {
      called = true
    })
    await write(tx, 'lost')
    await tx.query('select 1 / 0').catch(() => undefined)
  })
  await assert.rejects(swallowing, /Cannot commit as an earlier statement of the transaction failed/)
  assert.equal(called, false)
  assert.deepEqual(await notes(), [])
  await db.transaction((tx) => write(tx, 'next'))
  assert.deepEqual(await notes(), ['next'])
})

test('afterCommit() calls back in order once others see the commit, and never after a rollback', async (t) => {
  const { db, notes } = await setup(t)
  const calls: string[] = []
  let seen: Promise<string[]> | undefined
  await db.transaction(async (tx) => {
    tx.afterCommit(() => {
      seen = notes()
    })
    tx.afterCommit(() => void calls.push(`inside ${insideTransaction()}`))
    await write(tx, 'a')
    assert.deepEqual(calls, [])
  })
  assert.deepEqual(calls, ['inside false'])
  assert.deepEqual(await seen, ['a'])
  const refused = db.transaction(async (tx) => {
    tx.afterCommit(() => void calls.push('never'))
    await write(tx, 'a')
  })
  await assert.rejects(refused, { code: '23505' })
  assert.equal(calls.length, 1)
})

test('afterCommit() reports a callback that throws, and the transaction succeeds', async (t) => {
  const { db, errors } = await setup(t)
  const calls: string[] = []
  const result = await db.transaction(async (tx) => {
    tx.afterCommit(() => {
      throw new Error('boom')
    })
    tx.afterCommit(() => void calls.push('second'))
    return 'done'
  })
  assert.equal(result, 'done')
  assert.deepEqual(calls, ['second'])
  assert.deepEqual(
    errors.map(({ message }) => message),
    ['boom'],
  )
})

test('Tx refuses to be used after its end, committed or rolled back', async (t) => {
  const { db } = await setup(t)
  const kept: Tx[] = []
  await db.transaction(async (tx) => void kept.push(tx))
  const thrown = db.transaction(async (tx) => {
    kept.push(tx)
    throw new Error('boom')
  })
  await assert.rejects(thrown, /boom/)
  assert.equal(kept.length, 2)
  for (const tx of kept) {
    await assert.rejects(tx.query('select 1'), /its transaction must be open/)
    assert.throws(() => tx.afterCommit(() => undefined), /its transaction must be open/)
  }
})

test('insideTransaction() is true for what the function awaits, and for nobody else', async (t) => {
  const { db } = await setup(t)
  const seen: boolean[] = []
  const look = async () => void seen.push(insideTransaction())
  await look()
  await db.transaction(async (tx) => {
    await look()
    await tx.query('select 1')
    await Promise.all([look(), new Promise((resolve) => setImmediate(() => resolve(look())))])
  })
  await look()
  await assert.rejects(db.transaction(() => Promise.reject(new Error('boom'))))
  await look()
  assert.deepEqual(seen, [false, true, true, true, false, false])
})

test('query() yields bigint as number and timestamptz as Date', async (t) => {
  const { db } = await setup(t)
  const [row] = await db.query(
    `select 9007199254740991 as large, -5::bigint as small, null::bigint as nothing, count(*) as count,
            timestamptz '2026-01-02T03:04:05.678Z' as time from note where text = $1`,
    ['none'],
  )
  assert.deepEqual(row, {
    large: Number.MAX_SAFE_INTEGER,
    small: -5,
    nothing: null,
    count: 0,
    time: new Date('2026-01-02T03:04:05.678Z'),
  })
})

test('transaction() takes only a UUID for a tenant, and leaves its scope to nobody', async (t) => {
  const { db, notes } = await setup(t)
  const scopeOf = async (scope: Scope) =>
    (await db.transaction(scope, (tx) => tx.query('select oih.current_tenant() as tenant, oih.sees_all() as all')))[0]
  assert.deepEqual(await scopeOf({ tenant: TENANT }), { tenant: TENANT, all: false })
  assert.deepEqual(await scopeOf('nothing'), { tenant: null, all: false })
  assert.deepEqual(await scopeOf('everything'), { tenant: null, all: true })
  assert.deepEqual(await db.query('select oih.current_tenant() as tenant, oih.sees_all() as all'), [
    { tenant: null, all: false },
  ])
  const hostile = ['*', '', `${TENANT}\n`, `${TENANT}'`, `x', true); insert into note values ('in'); --`, 'undefined']
  for (const tenant of hostile) {
    await assert.rejects(scopeOf({ tenant }), /the id of its tenant must be a UUID/)
  }
  assert.deepEqual(await notes(), [])
})

test('createDatabase() takes on the role, and refuses an address that could give another', async (t) => {
  const { db, database } = await setup(t)
  assert.deepEqual(await db.query('select current_user'), [{ current_user: 'oih_app' }])
  const mark = database.url.includes('?') ? '&' : '?'
  const url = `${database.url}${mark}options=-c%20role=none`
  assert.throws(() => createDatabase({ url, role: 'oih_app' }), /must not carry "options"/)
})

test('transaction() tells that the server ended its connection, and the next one gets another', async (t) => {
  const { db, cut, notes } = await setup(t)
  const work = [
    (tx: Tx) => tx.query('select 1'),
    async () => 'nothing more',
    (tx: Tx) => tx.query('select 1').catch(() => 'swallowed'),
  ]
  for (const [index, rest] of work.entries()) {
    const broken = db.transaction(async (tx) => {
      tx.afterCommit(() => assert.fail('It was not committed'))
      await write(tx, `lost ${index}`)
      await cut()
      return rest(tx)
    })
    await assert.rejects(broken, (error) => error instanceof ConnectionLostError && isConnectionError(error))
    await db.transaction((tx) => write(tx, `kept ${index}`))
  }
  assert.deepEqual(await notes(), ['kept 0', 'kept 1', 'kept 2'])
})

test('query() fails with a connection error when the server ends it midway', async (t) => {
  const { db, database } = await setup(t)
  const sleeping = db.query(`select pg_sleep(60)`).then(
    () => assert.fail('It slept'),
    (error: unknown) => error,
  )
  await untilActive(database)
  await database.cut('oih-cut')
  const error = await sleeping
  assert.ok(isConnectionError(error))
  assert.deepEqual(await db.query('select 1 as one'), [{ one: 1 }])
})

/** Resolves once the labelled connection runs a statement. */
async function untilActive({ asSuperuser }: TestDatabase): Promise<void> {
  const text = `select from pg_stat_activity where application_name = 'oih-cut' and wait_event = 'PgSleep'`
  while ((await asSuperuser(text)).length === 0);
}

test('createDatabase() reports an idle connection that broke, and goes on with another', async (t) => {
  const heard = Promise.withResolvers<Error>()
  const { db, cut } = await setup(t, { onIdleError: heard.resolve })
  await db.query('select 1')
  await cut()
  assert.ok(isConnectionError(await heard.promise))
  assert.deepEqual(await db.query('select 1 as one'), [{ one: 1 }])
})

test('isConnectionError() knows a server that is not there from a statement that is wrong', async (t) => {
  const { db } = await setup(t)
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  const away = createDatabase({ url: `postgres://nobody@127.0.0.1:${port}/none` })
  t.after(() => away.close())
  const failed = (work: Promise<unknown>) => work.then(() => assert.fail('It succeeded'), isConnectionError)
  assert.equal(await failed(away.query('select 1')), true)
  assert.equal(await failed(away.transaction(async () => undefined)), true)
  assert.equal(await failed(away.session()), true)
  for (const code of ['57P01', '57P03', '53300', '08006', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN', 'ENOTFOUND']) {
    assert.equal(isConnectionError(Object.assign(new Error('x'), { code })), true, code)
  }
  assert.equal(await failed(db.query('selec 1')), false)
  assert.equal(await failed(db.query('select 1 / 0')), false)
  for (const other of [
    undefined,
    null,
    'ECONNRESET',
    new Error('x'),
    Object.assign(new Error('x'), { code: '40001' }),
  ]) {
    assert.equal(isConnectionError(other), false)
  }
})

test('isSerializationError() knows a transaction that is to be run again', async (t) => {
  const { db } = await setup(t)
  const raise = (code: string) =>
    db
      .query(`do $$ begin raise exception using errcode = '${code}'; end $$`)
      .then(() => assert.fail('It succeeded'), isSerializationError)
  assert.equal(await raise('40001'), true)
  assert.equal(await raise('40P01'), true)
  assert.equal(await raise('23505'), false)
  assert.equal(isSerializationError(null), false)
})

test('transaction() fails with a connection error when no pooled connection gets free in 15 s', async (t) => {
  const { db } = await setup(t)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  await db.transaction(async () => {
    const waiting = db.transaction(async () => assert.fail('The pool has one connection'))
    const querying = db.query('select 1')
    let early = true
    const both = [waiting, querying].map((work) => assert.rejects(work, (error) => isConnectionError(error) && !early))
    t.mock.timers.tick(14_999)
    await new Promise((resolve) => setImmediate(resolve))
    early = false
    t.mock.timers.tick(1)
    await Promise.all(both)
  })
  assert.deepEqual(await db.query('select 1 as one'), [{ one: 1 }])
})

test('session() and query() give up a server that does not answer in 15 s', async (t) => {
  const connected = Promise.withResolvers<void>()
  let count = 0
  const server = createServer((socket) => {
    t.after(() => socket.destroy())
    socket.on('error', () => undefined)
    count += 1
    if (count === 2) connected.resolve()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const db = createDatabase({ url: `postgres://nobody@127.0.0.1:${(server.address() as AddressInfo).port}/none` })
  const both = [db.session(), db.query('select 1')].map((work) => assert.rejects(work, isConnectionError))
  await connected.promise
  t.mock.timers.tick(15_000)
  await Promise.all(both)
  await db.close()
})

test('session() hears notifications, and has settings of its own', async (t) => {
  const { database, db } = await setup(t)
  const session = await database.db.session({ application_name: 'two words \\ one', statement_timeout: '4321ms' })
  t.after(() => session.close())
  assert.deepEqual(
    await session.query(
      `select current_user as role, current_setting('application_name') as name, current_setting('statement_timeout') as ms`,
    ),
    [{ role: 'oih_app', name: 'two words \\ one', ms: '4321ms' }],
  )
  const heard: string[] = []
  const second = Promise.withResolvers<void>()
  session.onNotification((channel, payload) => {
    heard.push(`${channel}: ${payload}`)
    if (heard.length === 2) second.resolve()
  })
  await session.query('listen news')
  const undone = db.transaction(async (tx) => {
    await tx.query(`notify news, 'undone'`)
    throw new Error('boom')
  })
  await assert.rejects(undone, /boom/)
  await db.transaction((tx) => tx.query(`select pg_notify('news', 'a')`))
  await db.query('notify news')
  await second.promise
  assert.deepEqual(heard, ['news: a', 'news: '])
})

test('session() tells once that it was lost, also whoever asks later, and can be closed', async (t) => {
  const { db, cut } = await setup(t)
  const session = await db.session()
  const lost = Promise.withResolvers<void>()
  let times = 0
  session.onLost(() => {
    times += 1
    lost.resolve()
  })
  await cut()
  await lost.promise
  await assert.rejects(session.query('select 1'), isConnectionError)
  assert.equal(times, 1)
  let later = 0
  session.onLost(() => {
    later += 1
  })
  assert.equal(later, 1)
  await session.close()
  await session.close()
})

test('session() tells of no loss when it is closed, and gives back its lock', async (t) => {
  const { db } = await setup(t)
  const session = await db.session()
  session.onLost(() => assert.fail('It was closed'))
  await session.query('select pg_advisory_lock(7)')
  await session.close()
  const next = await db.session()
  await next.query('select pg_advisory_lock(7)')
  await next.close()
})

test('close() waits for the transaction under way, and may be called twice', async (t) => {
  const { db, notes } = await setup(t)
  const begun = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const working = db.transaction(async (tx) => {
    begun.resolve()
    await gate.promise
    await write(tx, 'kept')
  })
  await begun.promise
  let closed = false
  const closing = Promise.all([db.close(), db.close()]).then(() => {
    closed = true
  })
  await notes()
  assert.equal(closed, false)
  gate.resolve()
  await working
  await closing
  assert.deepEqual(await notes(), ['kept'])
})

test('defer() runs statements with the commit, in order, and rolls all back when one fails', async (t) => {
  const { db, asSuperuser } = await createTestDatabase(t)
  await asSuperuser('create table public.note (n integer primary key); grant all on public.note to oih_app')
  const notes = async () => (await asSuperuser('select n from note order by n')).map(({ n }) => n)
  await db.transaction(async (tx) => {
    tx.defer('insert into note select max(n) + 1 from note')
    await tx.query('insert into note values (1)')
    tx.defer('insert into note select max(n) + 1 from note')
  })
  assert.deepEqual(await notes(), [1, 2, 3])
  const called: string[] = []
  const failing = db.transaction(async (tx) => {
    tx.afterCommit(() => called.push('committed'))
    await tx.query('insert into note values (4)')
    tx.defer('insert into note values (3)')
    tx.defer('insert into note values (5)')
  })
  await assert.rejects(failing, { code: '23505' })
  const used: Tx[] = []
  await assert.rejects(
    db.transaction(async (tx) => {
      used.push(tx)
      tx.defer('insert into note values (6)')
      throw new Error('no')
    }),
    /no/,
  )
  assert.throws(() => used[0]?.defer('select 1'), /must be open/)
  assert.deepEqual([await notes(), called], [[1, 2, 3], []])
})

test('queryAs() runs a statement in its scope, is all or nothing, and leaves its scope to nobody', async (t) => {
  const { db, asSuperuser } = await createTestDatabase(t)
  await asSuperuser('create table public.note (n integer primary key); grant all on public.note to oih_app')
  const seen = "select current_setting('oih.tenant', true) as tenant"
  const tenant = randomUUID()
  assert.deepEqual(await db.queryAs({ tenant }, seen), [{ tenant }])
  assert.deepEqual(await db.queryAs('everything', seen), [{ tenant: '*' }])
  const [after] = await db.query<{ tenant: string | null }>(seen)
  assert.ok(!after?.tenant)
  await assert.rejects(db.queryAs({ tenant: '*' }, seen), /UUID/)
  await assert.rejects(db.queryAs('nothing', 'insert into note select n / (2 - n) from generate_series(1, 3) n'), {
    code: '22012',
  })
  assert.deepEqual(await asSuperuser('select n from note'), [])
  const many = await Promise.all(
    Array.from({ length: 50 }, (_, n) => db.queryAs('nothing', 'select $1::int as n', [n])),
  )
  assert.deepEqual(
    many.map(([row]) => row?.n),
    Array.from({ length: 50 }, (_, n) => n),
  )
})
