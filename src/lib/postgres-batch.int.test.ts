import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestDatabase } from '../../test/support/postgres.ts'

test('transaction() leaves nothing behind on the connection when its work fails before a statement was sent', async (t) => {
  const { open, asSuperuser } = await createTestDatabase(t)
  await asSuperuser('create table public.note (n integer primary key); grant all on public.note to oih_app')
  const db = open({ poolSize: 1 })
  const failing = db.transaction(async (tx) => {
    void tx.query('insert into note values (1)')
    throw new Error('boom')
  })
  await assert.rejects(failing, /boom/)
  await db.query('insert into note values (2)')
  assert.deepEqual(await asSuperuser('select n from note'), [{ n: 2 }])
})

test('a statement that fails at its first use stays usable on its connection, as do those around it', async (t) => {
  const { open, asSuperuser } = await createTestDatabase(t)
  await asSuperuser('create table public.note (n integer primary key); grant all on public.note to oih_app')
  await asSuperuser('insert into note values (1)')
  const db = open({ poolSize: 1 })
  const pid = { name: 'pid', text: 'select pg_backend_pid() as pid' }
  const insert = { name: 'insert', text: 'insert into note values ($1::integer)' }
  const last = { name: 'last', text: 'select max(n) as last from note' }
  const [first] = await db.query(pid)
  const write = (n: unknown) =>
    db.transaction(async (tx) => {
      const [, [row]] = await Promise.all([tx.query(insert, [n]), tx.query(last)])
      return row?.last
    })
  await assert.rejects(write(1), { code: '23505' })
  await assert.rejects(write('x'), { code: '22P02' })
  assert.equal(await write(2), 2)
  assert.deepEqual(await db.query(pid), [first])
})

test('a statement that cannot be read costs its connection, and nothing else', async (t) => {
  const { open } = await createTestDatabase(t)
  const db = open({ poolSize: 1 })
  for (let n = 0; n < 2; n += 1) {
    await assert.rejects(db.queryAs('nothing', { name: 'wrong', text: 'select nothing' }), { code: '42703' })
    assert.deepEqual(await db.queryAs('nothing', { name: 'right', text: 'select 1 as n' }), [{ n: 1 }])
  }
})

test('a name of a prepared statement stands for one text', async (t) => {
  const { open } = await createTestDatabase(t)
  const db = open({ poolSize: 1 })
  await db.queryAs('nothing', { name: 'one', text: 'select 1' })
  await assert.rejects(db.queryAs('nothing', { name: 'one', text: 'select 2' }), /must stand for one text/)
  assert.deepEqual(await db.queryAs('nothing', { name: 'one', text: 'select 1' }), [{ '?column?': 1 }])
})

test('a statement whose value cannot be sent fails alone: those beside it run', async (t) => {
  const { open, asSuperuser } = await createTestDatabase(t)
  await asSuperuser('create table public.note (n integer primary key); grant all on public.note to oih_app')
  const db = open({ poolSize: 1 })
  const cycle: { self?: unknown } = {}
  cycle.self = cycle
  await db.transaction(async (tx) => {
    void tx.query('insert into note values (1)')
    await assert.rejects(tx.query('select $1', [cycle]), /Cannot send a value/)
  })
  assert.deepEqual(await asSuperuser('select n from note'), [{ n: 1 }])
})

test('transaction() fails where a statement that nobody waited for has failed', async (t) => {
  const { open, asSuperuser } = await createTestDatabase(t)
  await asSuperuser('create table public.note (n integer primary key); grant all on public.note to oih_app')
  const db = open({ poolSize: 1 })
  const failing = db.transaction(async (tx) => {
    tx.defer('insert into note values (1)')
    await tx.query('select 1')
    void tx.query('select 1 / 0')
  })
  await assert.rejects(failing, { code: '22012' })
  const other = db.transaction(async (tx) => {
    tx.defer('insert into note values (1)')
    void tx.query('select 1 / 0')
    await new Promise(setImmediate)
  })
  await assert.rejects(other, /Cannot commit/)
  assert.deepEqual(await asSuperuser('select n from note'), [])
})
