import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestDatabase } from '../../../test/support/postgres.ts'
import { createMembership } from '../membership.ts'
import type { Database } from '../postgres.ts'
import { createSealing } from '../sealing.ts'
import type { KeySource } from './key.ts'
import { readKey } from './key.ts'
import { createKeyRing } from './key-ring.ts'
import { createKeyRotation } from './key-rotation.ts'
import { keySource } from './key-source.ts'
import type { SealedTable } from './sealed-table.ts'

const [A, B, C] = ['aa'.repeat(32), 'bb'.repeat(32), 'cc'.repeat(32)]
const [idA, idB, idC] = [A, B, C].map((text) => readKey(text, '').id)

/** With every kind of key that a table may have, and a column that changes without being sealed. */
const TABLE: SealedTable = {
  table: 'public.thing',
  key: { tenant: 'uuid', kind: 'text', hash: 'bytea', version: 'integer' },
  column: 'sealed',
  purpose: 'test/thing',
  place: ({ tenant, kind, hash, version }) => `${tenant} ${kind} ${hash.toString('hex')} ${version}`,
}
const ABSENT: SealedTable = { ...TABLE, table: 'absent.thing' }
const TENANT = '00000000-0000-4000-8000-000000000001'

async function setup(t: TestContext) {
  const cleanups: (() => unknown)[] = []
  t.after(async () => {
    for (const clean of cleanups.toReversed()) await clean()
  })
  const base = await createTestDatabase({ after: (clean: () => unknown) => void cleanups.push(clean) } as TestContext)
  const folder = await mkdtemp(join(tmpdir(), 'oih-rotation-'))
  cleanups.push(() => rm(folder, { recursive: true }))
  await base.asSuperuser(`create table thing (tenant uuid, kind text, hash bytea, version integer, sealed bytea not null,
    touched integer not null default 0, primary key (tenant, kind, hash, version)); grant all on thing to oih_app`)

  /** A process with the keys; it has its own connections. */
  async function fork(source: KeySource) {
    const db = base.open()
    const membership = createMembership({ db })
    const ring = createKeyRing({ db, source })
    const logs: string[] = []
    const log = (_: unknown, text?: string) => void logs.push(text ?? '')
    const logger = {
      info: log,
      warn: (fields: { err?: Error }, text?: string) => log(fields, `${text} ${fields.err?.message}`),
    }
    const rotation = createKeyRotation({
      db,
      membership,
      ring,
      tables: [ABSENT, TABLE],
      logger: logger as never,
      everyMs: 20,
    })
    let stopped: Promise<void> | undefined
    const stop = () => {
      stopped ??= rotation.stop().then(() => membership.stop())
      return stopped
    }
    cleanups.push(stop)
    await membership.start()
    await rotation.start()
    const sealing = ring.sealing(TABLE.purpose)
    return { db, ring, rotation, sealing, logs, stop }
  }
  const file = join(folder, 'master-key')
  return {
    ...base,
    after: (clean: () => unknown) => void cleanups.push(clean),
    folder,
    file,
    fork,
    ofFile: () => fork(keySource({ file })),
    ofEnvironment: (current: string, ...former: string[]) => fork(keySource({ current, former, file: '' })),
  }
}

type Setup = Awaited<ReturnType<typeof setup>>
type Fork = Awaited<ReturnType<Setup['fork']>>

const placeOf = (version: number) => TABLE.place(rowOf(version))
const rowOf = (version: number) => ({
  tenant: TENANT,
  kind: `kind ${version % 3}`,
  hash: Buffer.from([version % 5]),
  version,
})

async function store({ db, sealing }: Fork, from: number, count: number): Promise<void> {
  const versions = Array.from({ length: count }, (_, index) => from + index)
  await db.transaction(async (tx) => {
    const contents = versions.map((version) => ({
      place: placeOf(version),
      content: Buffer.from(`content ${version}`),
    }))
    await insert(tx, versions, await sealing.sealAll(tx, contents))
  })
}

async function insert(tx: Pick<Database, 'query'>, versions: number[], sealed: Buffer[]): Promise<void> {
  const rows = versions.map(rowOf)
  await tx.query('insert into thing select $1, * from unnest($2::text[], $3::bytea[], $4::integer[], $5::bytea[])', [
    TENANT,
    rows.map(({ kind }) => kind),
    rows.map(({ hash }) => hash),
    versions,
    sealed,
  ])
}

async function isOver({ rotation }: Fork): Promise<void> {
  while ((await rotation.state()).keys.some(({ state }) => state === 'retiring')) await sleep(10)
}

/** That everything is sealed under the one key, and opens. */
async function assertSealed({ asSuperuser }: Setup, { sealing }: Fork, id: string | undefined, count: number) {
  const rows = await asSuperuser('select version, sealed from thing order by version')
  assert.equal(rows.length, count)
  for (const row of rows) {
    const { version, sealed } = row as { version: number; sealed: Buffer }
    assert.equal(sealed.toString('hex', 0, 8), id, `row ${version}`)
    assert.equal(sealing.open(placeOf(version), sealed)?.toString(), `content ${version}`)
  }
}

const states = async ({ rotation }: Fork) => (await rotation.state()).keys.map(({ id, state }) => `${id} ${state}`)

test('a rotation seals everything anew, while others seal, and what is of the time of one key too', async (t) => {
  const given = await setup(t)
  const [one, two] = [await given.ofFile(), await given.ofFile()]
  await store(one, 0, 1_000)
  const [former] = one.ring.ids()
  const text = (await readFile(given.file, 'utf8')).trim()
  const legacy = createSealing(readKey(text, '').derive(TABLE.purpose))
  const old = [2_000, 2_001]
  await insert(
    one.db,
    old,
    old.map((version) => legacy.seal(placeOf(version), Buffer.from(`content ${version}`))),
  )

  let count = 1_002
  let going = true
  const sealers = [one, two].map(async (fork, index) => {
    for (let version = 10_000 * (index + 1); going; version += 1) {
      await store(fork, version, 1)
      await fork.db.query('update thing set touched = touched + 1 where version = $1', [version % 1_000])
      count += 1
    }
  })
  await one.rotation.begin()
  await isOver(two)
  going = false
  await Promise.all(sealers)

  const { keys, left, source } = await one.rotation.state()
  const id = keys.find(({ state }) => state === 'current')?.id
  assert.deepEqual({ source, left, count: keys.length }, { source: 'file', left: 0, count: 2 })
  assert.notEqual(id, former)
  for (const fork of [one, two]) await assertSealed(given, fork, id, count)
  while ((await readdir(given.folder)).length < 2) await sleep(10)
  while ((await readFile(given.file, 'utf8')).includes(text)) await sleep(10)
  assert.equal((await readFile(`${given.file}.retired-${former}`, 'utf8')).trim(), text)
  await assertSealed(given, await given.ofFile(), id, count)
  assert.ok(count > 1_002, 'somebody must have sealed meanwhile')
})

test('the switch waits for whoever is sealing, so that nothing comes under the former key after it', async (t) => {
  const given = await setup(t)
  const one = await given.ofFile()
  const [sealed, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  given.after(go.resolve)
  const late = one.db.transaction(async (tx) => {
    const content = await one.sealing.seal(tx, placeOf(1), Buffer.from('content 1'))
    sealed.resolve()
    await go.promise
    await insert(tx, [1], [content])
  })
  await sealed.promise
  let isSwitched = false
  const begun = one.rotation.begin().then(() => {
    isSwitched = true
  })
  const waits = `select from pg_locks where locktype = 'advisory' and not granted`
  while ((await given.asSuperuser(waits)).length === 0) {
    assert.equal(isSwitched, false, 'it must wait')
    await sleep(5)
  }
  assert.equal((await one.rotation.state()).keys.length, 1)
  go.resolve()
  await Promise.all([late, begun])
  await isOver(one)
  await assertSealed(given, one, one.ring.ids().at(-1), 1)
})

test('with keys of the environment an operator gives every process both; until then 409 says so', async (t) => {
  const given = await setup(t)
  const one = await given.ofEnvironment(A)
  await store(one, 0, 3)
  const wanted =
    /Cannot rotate the master key as there must be one that was not used before: start every process with the new key in OIH_MASTER_KEY and the one of now in OIH_MASTER_KEY_PREVIOUS/
  await assert.rejects(one.rotation.begin(), { code: 'conflict', message: wanted })
  const two = await given.ofEnvironment(B, A)
  await store(two, 3, 3)
  await assertSealed(given, one, idA, 6)
  await assert.rejects(two.rotation.begin(), (error: Error) =>
    error.message.startsWith(
      `Cannot rotate the master key as every process must hold the new one, "${idB}": 1 of 2 do not. To go on, start them`,
    ),
  )
  assert.deepEqual(await states(two), [`${idA} current`])
  await one.stop()
  await two.rotation.begin()
  await isOver(two)
  await assertSealed(given, two, idB, 6)
  assert.deepEqual((await states(two)).toSorted(), [`${idA} retired`, `${idB} current`].toSorted())
  // The former one is needed no longer, and is never taken again.
  await assertSealed(given, await given.ofEnvironment(B), idB, 6)
  await assert.rejects(two.rotation.begin(), wanted)
  await assert.rejects(given.ofEnvironment(A), new RegExp(`sealed with, "${idB}"`))
  await two.stop()
})

test('a process that is starting holds the new key, or is refused', async (t) => {
  const given = await setup(t)
  const one = await given.ofEnvironment(B)
  await one.stop()
  await given.asSuperuser(`update oih.master_key set state = 'retiring'`)
  await given.asSuperuser(`insert into oih.master_key (id, state) values (decode($1, 'hex'), 'current')`, [idC])
  await assert.rejects(given.ofEnvironment(B), new RegExp(`sealed with, "${idC}"`))
})

test('what was cut short goes on by itself in whoever starts next', async (t) => {
  const given = await setup(t)
  const one = await given.ofEnvironment(B, A)
  await store(one, 0, 500)
  await one.stop()
  await given.asSuperuser(`update oih.master_key set state = 'retiring'`)
  await given.asSuperuser(`insert into oih.master_key (id, state) values (decode($1, 'hex'), 'current')`, [idC])
  const forks = await Promise.all([given.ofEnvironment(C, B), given.ofEnvironment(C, B)])
  for (const fork of forks) await isOver(fork)
  for (const fork of forks) await assertSealed(given, fork, idC, 500)
})

test('rows that are locked are left until they are free, and only then is the former key retired', async (t) => {
  const given = await setup(t)
  const one = await given.ofFile()
  await store(one, 0, 300)
  const [locked, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  given.after(go.resolve)
  const holder = one.db.transaction(async (tx) => {
    await tx.query('select from thing where version = 7 for update')
    locked.resolve()
    await go.promise
  })
  await locked.promise
  await one.rotation.begin()
  while ((await one.rotation.state()).left !== 1) await sleep(10)
  // Nothing new while it is under way.
  await one.rotation.begin()
  const { keys } = await one.rotation.state()
  assert.deepEqual(keys.map(({ state }) => state).toSorted(), ['current', 'retiring'])
  go.resolve()
  await holder
  await isOver(one)
  await assertSealed(given, one, keys.find(({ state }) => state === 'current')?.id, 300)
})

test('while a row does not open the former key is not given up, and the log says so once', async (t) => {
  const given = await setup(t)
  const one = await given.ofFile()
  await store(one, 0, 3)
  await given.asSuperuser('update thing set version = 9 where version = 1')
  await one.rotation.begin()
  while (one.logs.filter((line) => /1 rows do not/.test(line)).length === 0) await sleep(10)
  assert.equal((await one.rotation.state()).left, 1)
  assert.deepEqual(one.logs.filter((line) => /failed/.test(line)).length, 1)
  assert.equal(one.ring.ids().length, 2)
  await given.asSuperuser('delete from thing where version = 9')
  await isOver(one)
})

test('one beginning waits for another, and a key made before a beginning was cut short is taken', async (t) => {
  const given = await setup(t)
  const one = await given.ofFile()
  const source = keySource({ file: given.file })
  await source.add()
  const made = (await source.read())[1]?.id
  const two = await given.ofFile()
  await Promise.all([one.rotation.begin(), two.rotation.begin()])
  await isOver(one)
  assert.deepEqual(
    (await states(one)).filter((state) => state.endsWith('current')),
    [`${made} current`],
  )
  assert.equal((await one.rotation.state()).keys.length, 2)
})
