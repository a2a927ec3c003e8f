import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { chmod, chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { connect, logged, query, setupDataFolder } from '../../../test/support/bundled-postgres.ts'
import { inspectProcess, waitForEnd } from './process-identity.ts'

const isLinux = process.platform === 'linux'
const isRoot = process.getuid?.() === 0
const deadlineMs = 20_000

/** Of the folders in which the project lies, one that other users cannot enter: they could not run its programs. */
const closed = foldersOf(import.meta.dirname).find((folder) => (statSync(folder).mode & 0o001) === 0)
const closedReason = `other users must be able to enter "${closed}": chmod o+x "${closed}"`
/** For tests that change to another user. CI skips nothing. */
const asOthers = { skip: !isRoot || (closed !== undefined && !process.env.CI && closedReason) }

function foldersOf(folder: string): string[] {
  const above = path.dirname(folder)
  return above === folder ? [folder] : [folder, ...foldersOf(above)]
}

/** A hub that tells what it has started and stays. */
const program = `
  import { startBundledPostgres } from ${JSON.stringify(path.join(import.meta.dirname, 'bundled-postgres.ts'))}
  const postgres = await startBundledPostgres({ ...JSON.parse(process.argv[1]), onProgress: (said) => console.error(said) })
  console.log(JSON.stringify({ url: postgres.url, pid: postgres.pid }))
  await postgres.exited
`

async function setup(t: TestContext, options?: { fresh: boolean }) {
  const hubs: ChildProcess[] = []
  t.after(() => hubs.map((hub) => hub.kill('SIGKILL')))
  const folder = await setupDataFolder(t, options)
  /** A hub in a process of its own. */
  function spawnHub(uid?: number) {
    const args = ['--input-type=module', '--eval', program, JSON.stringify({ dataDir: folder.dataDir })]
    const as = uid === undefined ? {} : { uid, gid: uid }
    const hub = spawn(process.execPath, args, { ...as, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] })
    hubs.push(hub)
    return hub
  }
  async function startHub(uid?: number) {
    const hub = spawnHub(uid)
    const [line] = await Promise.race([once(hub.stdout, 'data'), once(hub, 'exit')])
    const { url, pid } = JSON.parse(String(line))
    return { hub, url: String(url), postgres: await facts(Number(pid)) }
  }
  return { ...folder, spawnHub, startHub }
}

async function facts(pid: number) {
  const found = await inspectProcess(pid)
  assert.ok(found)
  return found
}

/** The keepers of this data folder. */
async function findKeepers(dataDir: string) {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0)
  const all = await Promise.all(pids.map((pid) => inspectProcess(pid).catch(() => undefined)))
  return all
    .filter((one) => one?.command.includes('postgres-keeper.sh') && one.command.includes(dataDir))
    .filter((one) => one !== undefined)
}

test('keeper: ends PostgreSQL when the hub is killed, and itself', { skip: !isLinux }, async (t) => {
  const { dataDir, startHub } = await setup(t)
  const { hub, postgres } = await startHub()
  const keepers = await findKeepers(dataDir)
  assert.equal(keepers.length, 1)
  hub.kill('SIGKILL')
  for (const one of [postgres, ...keepers]) assert.ok(await waitForEnd(one, deadlineMs))
  assert.match(
    await readFile(path.join(dataDir, 'postgres.log'), 'utf8'),
    /fast shutdown request[\s\S]*system is shut down\n$/,
  )
})

test('keeper: ends when PostgreSQL ends by itself', { skip: !isLinux }, async (t) => {
  const { dataDir, start } = await setup(t)
  const { pid, exited } = await start()
  const keepers = await findKeepers(dataDir)
  assert.equal(keepers.length, 1)
  process.kill(pid, 'SIGKILL')
  assert.deepEqual(await exited, { code: null, signal: 'SIGKILL' })
  for (const one of keepers) assert.ok(await waitForEnd(one, deadlineMs))
})

test('orphan: is stopped, not adopted, and what it committed is there', { skip: !isLinux }, async (t) => {
  const { dataDir, startHub, start } = await setup(t)
  const { hub, url, postgres } = await startHub()
  await query(url, 'CREATE TABLE kept AS SELECT 1 AS one')
  for (const keeper of await findKeepers(dataDir)) process.kill(keeper.pid, 'SIGKILL')
  hub.kill('SIGKILL')
  await once(hub, 'exit')
  // Nobody ends it now: it answers still.
  assert.deepEqual(await query(url, 'SELECT one FROM kept'), ['1'])
  const said: string[] = []
  const next = await start({ onProgress: (message) => said.push(message) })
  assert.deepEqual(said, [`Stopping PostgreSQL (process ${postgres.pid}) that an earlier hub left running`])
  assert.notEqual(next.pid, postgres.pid)
  assert.ok(await waitForEnd(postgres, 0))
  assert.deepEqual(await query(next.url, 'SELECT one FROM kept'), ['1'])
})

test('orphan: one that its keeper is just shutting down is waited for', async (t) => {
  const { startHub, start } = await setup(t)
  const { hub, url, postgres } = await startHub()
  await query(url, 'CREATE TABLE kept AS SELECT generate_series(1, 200000) AS n')
  hub.kill('SIGKILL')
  await once(hub, 'exit')
  const next = await start()
  assert.ok(await waitForEnd(postgres, 0))
  assert.deepEqual(await query(next.url, 'SELECT count(*) FROM kept'), ['200000'])
})

test('orphan: a pid that another process has got by now does not block the start', async (t) => {
  const { dataDir, start } = await setup(t)
  const first = await start()
  process.kill(first.pid, 'SIGKILL')
  await first.exited
  await first.stop()
  const other = spawn('sleep', ['1000'])
  t.after(() => other.kill())
  const file = path.join(dataDir, 'postgres', 'postmaster.pid')
  await writeFile(file, (await readFile(file, 'utf8')).replace(/^\d+/, String(other.pid)))
  const next = await start()
  assert.deepEqual(await query(next.url, 'SELECT 1'), ['1'])
  assert.equal(other.exitCode, null)
  assert.equal(other.signalCode, null)
})

test('recovery: processes of a killed postmaster are waited for, commits are kept', async (t) => {
  const { dataDir, start } = await setup(t)
  const first = await start()
  await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS one')
  const { backend } = await connect(first.url)
  // A stopped process cannot notice the end of the postmaster until it is continued.
  process.kill(backend, 'SIGSTOP')
  process.kill(first.pid, 'SIGKILL')
  await first.exited
  await first.stop()
  const starting = start()
  await logged(dataDir, 'pre-existing shared memory block')
  process.kill(backend, 'SIGCONT')
  const next = await starting
  assert.deepEqual(await query(next.url, 'SELECT one FROM kept'), ['1'])
})

test('initdb: a crash on the way leaves no half cluster', async (t) => {
  const { dataDir, spawnHub, start } = await setup(t, { fresh: true })
  const hub = spawnHub()
  await once(hub.stderr, 'data')
  const isUnderWay = async () => {
    const names = await readdir(dataDir, { recursive: true })
    return names.some((name) => name.endsWith('data/PG_VERSION'))
  }
  while (!(await isUnderWay())) await new Promise(setImmediate)
  hub.kill('SIGKILL')
  await once(hub, 'exit')
  assert.ok(!(await readdir(dataDir)).includes('postgres'))
  const { url } = await start()
  assert.deepEqual(await query(url, 'SELECT 1'), ['1'])
  assert.deepEqual(
    (await readdir(dataDir)).filter((name) => name.startsWith('postgres.new-')),
    [],
  )
})

test('user: without root it runs as the user of the hub, who may be a mere number', asOthers, async (t) => {
  for (const uid of [65_534, 54_321]) {
    const { dataDir, startHub } = await setup(t, { fresh: true })
    await mkdir(dataDir)
    await chown(dataDir, uid, uid)
    const { url, hub, postgres } = await startHub(uid)
    assert.match(await readFile(`/proc/${postgres.pid}/status`, 'utf8'), new RegExp(`^Uid:\t${uid}\t${uid}`, 'm'))
    // The socket is for its user, and root may enter anywhere.
    assert.deepEqual(await query(url, 'SELECT 1'), ['1'])
    hub.kill('SIGKILL')
    assert.ok(await waitForEnd(postgres, deadlineMs))
  }
})

test('user: root starts it in a user namespace or as nobody, and goes from one to the other', asOthers, async (t) => {
  const { start } = await setup(t)
  let rows = 0
  for (const runAs of ['user-namespace', 'setuid', undefined] as const) {
    const { url, stop, pid } = await start(runAs ? { runAs } : {})
    await query(url, 'CREATE TABLE IF NOT EXISTS kept (one int)')
    await query(url, 'INSERT INTO kept VALUES (1)')
    rows += 1
    assert.deepEqual(await query(url, 'SELECT count(*) FROM kept'), [String(rows)])
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    assert.match(status, runAs === 'user-namespace' ? /^Uid:\t0\t/m : /^Uid:\t65534\t/m)
    await stop()
  }
})

test('user: nobody must be able to reach the data folder', { skip: !isRoot }, async (t) => {
  const { parent, start } = await setup(t)
  await chmod(parent, 0o700)
  const message = /must be allowed to enter ".*\/data".*OIH_DATABASE_URL/s
  await assert.rejects(start({ runAs: 'setuid' }), { code: 'unavailable', message })
})
