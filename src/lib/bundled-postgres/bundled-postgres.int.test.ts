import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { connect, logged, query, setupDataFolder } from '../../../test/support/bundled-postgres.ts'

const setting = (name: string) => `current_setting('${name}')`

test('startBundledPostgres() makes a safe cluster and keeps its data', async (t) => {
  const { dataDir, start } = await setupDataFolder(t, { fresh: true })
  const said: string[] = []
  const first = await start({ onProgress: (message) => said.push(message) })
  assert.equal(said.length, 1)
  const safety = ['fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums'].map(setting)
  const rest = ['listen_addresses', 'server_encoding', 'password_encryption'].map(setting)
  const found = await query(first.url, `SELECT ${[...safety, ...rest].join(', ')}, version()`)
  assert.deepEqual(found.slice(0, 7), ['on', 'on', 'on', 'on', '', 'UTF8', 'scram-sha-256'])
  assert.match(String(found[7]), new RegExp(`^PostgreSQL ${first.version} `))
  const methods = await query(first.url, 'SELECT DISTINCT auth_method FROM pg_hba_file_rules')
  assert.deepEqual(methods, ['scram-sha-256'])
  await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS one')
  await first.stop()
  const second = await start({ onProgress: (message) => said.push(message) })
  assert.deepEqual(await query(second.url, 'SELECT one FROM kept'), ['1'])
  assert.equal(said.length, 1)
  assert.equal((await stat(path.join(dataDir, 'postgres-password'))).mode & 0o777, 0o600)
  assert.equal((await stat(path.join(dataDir, 'socket'))).mode & 0o777, 0o700)
  assert.equal((await stat(dataDir)).mode & 0o777, 0o700)
})

test('startBundledPostgres() lets nobody in without the password', async (t) => {
  const { start } = await setupDataFolder(t)
  const { url } = await start()
  const wrong = new URL(url)
  wrong.password = 'wrong'
  await assert.rejects(query(wrong.href, 'SELECT 1'), { code: '28P01' })
  wrong.password = ''
  await assert.rejects(query(wrong.href, 'SELECT 1'))
})

test('startBundledPostgres() takes further settings, but none that risks data', async (t) => {
  const { start } = await setupDataFolder(t)
  const { url } = await start({ settings: { max_connections: '17', fsync: 'off' } })
  assert.deepEqual(await query(url, `SELECT ${setting('max_connections')}, ${setting('fsync')}`), ['17', 'on'])
})

test('startBundledPostgres() refuses a data folder in use and names the holder', async (t) => {
  const { start } = await setupDataFolder(t)
  const first = await start()
  await assert.rejects(start(), { code: 'conflict', message: new RegExp(`process ${process.pid} uses it$`) })
  assert.deepEqual(await query(first.url, 'SELECT 1'), ['1'])
})

test('startBundledPostgres() puts the socket elsewhere when its path is too long', async (t) => {
  const { parent, start } = await setupDataFolder(t, { fresh: true })
  const { url } = await start({ dataDir: path.join(parent, 'x'.repeat(150)) })
  const folder = String(new URL(url).searchParams.get('host'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  assert.match(folder, /\/oih-[0-9a-f]{16}$/)
  assert.equal((await stat(folder)).mode & 0o777, 0o700)
  assert.deepEqual(await query(url, 'SELECT 1'), ['1'])
})

test('startBundledPostgres() quotes the log when PostgreSQL does not start', async (t) => {
  const { start } = await setupDataFolder(t)
  await assert.rejects(start({ settings: { shared_buffers: 'much' } }), {
    code: 'unavailable',
    message:
      /^Cannot start the bundled PostgreSQL: it ended with code 1\n.*invalid value for parameter "shared_buffers": "much"$/,
  })
  // The lock is free again.
  await start()
})

test('startBundledPostgres() refuses the data of another major version', async (t) => {
  const { dataDir, start } = await setupDataFolder(t, { fresh: true })
  const cluster = path.join(dataDir, 'postgres')
  await mkdir(cluster, { recursive: true })
  await writeFile(path.join(dataDir, 'postgres-password'), 'secret\n')
  for (const version of ['17', '19']) {
    await writeFile(path.join(cluster, 'PG_VERSION'), `${version}\n`)
    const message = new RegExp(
      `must be of version 18: it is of version ${version}\\. .*pg_dump ${version}.*OIH_DATABASE_URL`,
    )
    await assert.rejects(start(), { code: 'unavailable', message })
  }
})

test('startBundledPostgres() tells when the password of existing data is lost', async (t) => {
  const { dataDir, start } = await setupDataFolder(t)
  const { stop } = await start()
  await stop()
  await rm(path.join(dataDir, 'postgres-password'))
  await assert.rejects(start(), { message: /restore that file$/ })
})

test('stop() is idempotent, frees the folder and leaves nothing running', async (t) => {
  const { dataDir, start } = await setupDataFolder(t)
  const postgres = await start()
  await Promise.all([postgres.stop(), postgres.stop()])
  await postgres.stop()
  assert.deepEqual(await postgres.exited, { code: 0, signal: null })
  assert.deepEqual(await readdir(path.join(dataDir, 'socket')), [])
  const log = await readFile(path.join(dataDir, 'postgres.log'), 'utf8')
  assert.match(log, /database system is shut down\n$/)
  await start()
})

test('stop() goes over to the immediate shutdown when the fast one takes too long', async (t) => {
  const { dataDir, start } = await setupDataFolder(t)
  const postgres = await start({ stopDeadlineMs: 1 })
  const { backend } = await connect(postgres.url)
  // A stopped process does not hear of the fast shutdown.
  process.kill(backend, 'SIGSTOP')
  const stopping = postgres.stop()
  await logged(dataDir, 'received immediate shutdown request')
  process.kill(backend, 'SIGCONT')
  await stopping
  assert.throws(() => process.kill(backend, 0), { code: 'ESRCH' })
})
