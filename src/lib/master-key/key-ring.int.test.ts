import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openTestKeyRing } from '../../../test/support/master-key.ts'
import { createTestDatabase } from '../../../test/support/postgres.ts'
import { createSealing } from '../sealing.ts'
import { readKey } from './key.ts'
import { createKeyRing } from './key-ring.ts'
import { keySource } from './key-source.ts'

const [A, B] = ['aa'.repeat(32), 'bb'.repeat(32)]
const [idA, idB] = [A, B].map((text) => readKey(text, '').id)

async function setup(t: TestContext) {
  const test = await createTestDatabase(t)
  const folder = await mkdtemp(join(tmpdir(), 'oih-ring-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'master-key')
  return { ...test, folder, file, ofFile: () => createKeyRing({ db: test.db, source: keySource({ file }) }) }
}

test('the first start makes a key and begins the database with it; processes at once begin it with one', async (t) => {
  const { db, file, ofFile } = await setup(t)
  const rings = [1, 2, 3].map(ofFile)
  await Promise.all(rings.map((ring) => ring.open()))
  const ids = new Set(rings.flatMap((ring) => ring.ids()))
  assert.equal(ids.size, 1)
  assert.deepEqual(
    rings[0]?.records().map(({ id, state }) => ({ id, state })),
    [{ id: [...ids][0], state: 'current' }],
  )
  assert.equal((await readFile(file, 'utf8')).trim().split('\n').length, 1)
  const others = await Promise.allSettled([openTestKeyRing(db, [A]), openTestKeyRing(db, [B])])
  assert.deepEqual(
    others.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
})

test('a start with another key, or without one, is refused and says which is wanted; none is made', async (t) => {
  const { db, folder, file, ofFile } = await setup(t)
  await openTestKeyRing(db, [A])
  await assert.rejects(openTestKeyRing(db, [B]), {
    message: `Cannot use this database as the master key must be the one that it is sealed with, "${idA}": put it into OIH_MASTER_KEY`,
  })
  await assert.rejects(ofFile().open(), (error: Error) => error.message.includes(`"${idA}": put it into "${file}"`))
  assert.deepEqual(await readdir(folder), [])
  await openTestKeyRing(db, [B, A])
})

test('a start without the former key is refused while a rotation is under way', async (t) => {
  const { db, asSuperuser } = await setup(t)
  await openTestKeyRing(db, [A])
  await asSuperuser(`update oih.master_key set state = 'retiring'`)
  await asSuperuser(`insert into oih.master_key (id, state) values (decode($1, 'hex'), 'current')`, [idB])
  await assert.rejects(openTestKeyRing(db, [B]), (error: Error) =>
    error.message.includes(`the former master key must be there until the rotation is done, "${idA}"`),
  )
  await assert.rejects(openTestKeyRing(db, [A]), new RegExp(`"${idB}"`))
  await openTestKeyRing(db, [B, A])
})

test('a database from the time of one key knows it again, and what was sealed then opens', async (t) => {
  const { db, asSuperuser } = await setup(t)
  // As 0001-foundation.sql left it, and as the start then wrote it.
  await asSuperuser('create table oih.key_check (one boolean primary key default true, value bytea not null)')
  await asSuperuser('insert into oih.key_check (value) values ($1)', [readKey(A, '').derive('check')])
  const sql = await readFile(new URL('../sql/0003-master-key.sql', import.meta.url), 'utf8')
  await asSuperuser('drop table oih.master_key; alter table oih.member drop column master_keys')
  await asSuperuser(sql)
  await asSuperuser('grant all on oih.master_key to oih_app')
  await assert.rejects(openTestKeyRing(db, [B]), new RegExp(`"${idA}"`))
  const ring = await openTestKeyRing(db, [B, A])
  const old = createSealing(readKey(A, '').derive('test')).seal('place', Buffer.from('content'))
  const sealing = ring.sealing('test')
  assert.equal(sealing.open('place', old)?.toString(), 'content')
  assert.equal(sealing.open('elsewhere', old), undefined)
  assert.equal(ring.sealing('other').open('place', old), undefined)
})

test('what is sealed says under which key, and is bound to its place and purpose', async (t) => {
  const { db } = await setup(t)
  const ring = await openTestKeyRing(db, [A, B])
  const sealing = ring.sealing('test')
  const contents = ['a', 'b'].map((text) => ({ place: `at ${text}`, content: Buffer.from(text) }))
  const [a, b] = await db.transaction((tx) => sealing.sealAll(tx, contents))
  if (a === undefined || b === undefined) throw new Error('Two are to be sealed')
  assert.equal(a.toString('hex', 0, 8), idA)
  assert.equal(sealing.open('at a', a)?.toString(), 'a')
  assert.equal(sealing.open('at a', b), undefined)
  assert.equal(ring.sealing('other').open('at a', a), undefined)
  const alone = createKeyRing({ db, source: keySource({ current: B, file: '' }) })
  await alone.load()
  assert.equal(alone.sealing('test').open('at a', a), undefined)
  await assert.rejects(
    db.transaction((tx) => alone.sealing('test').seal(tx, 'at a', Buffer.from('a'))),
    /Cannot seal as this process must hold the current master key/,
  )
})

test('keys are derived from the current key; a ring that is not open derives none', async (t) => {
  const { db } = await setup(t)
  const closed = createKeyRing({ db, source: keySource({ current: A, file: '' }) })
  assert.throws(() => closed.derive('test'), /the hub has not started/)
  await closed.open()
  const ring = await openTestKeyRing(db, [B, A])
  const expected = [A, B].map((text) => readKey(text, '').derive('test'))
  assert.deepEqual(ring.derive('test'), expected[0])
  assert.deepEqual(ring.deriveAll('test'), expected)
})

test('a key that is gone from the source while the process runs stays in use, with an error', async (t) => {
  const { db, file, ofFile } = await setup(t)
  const ring = ofFile()
  await ring.open()
  const seal = () => db.transaction((tx) => ring.sealing('test').seal(tx, 'p', Buffer.from('c')))
  const sealed = await seal()
  await rename(file, `${file}.away`)
  await assert.rejects(ring.refresh(), /the master key must be the one/)
  assert.equal(ring.sealing('test').open('p', sealed)?.toString(), 'c')
  assert.equal(
    ring
      .sealing('test')
      .open('p', await seal())
      ?.toString(),
    'c',
  )
  await rename(`${file}.away`, file)
  await ring.refresh()
})
