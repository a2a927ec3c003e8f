import assert from 'node:assert/strict'
import { writeSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { openPostgresLog } from './postgres-log.ts'

async function setup(t: TestContext) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'oih-log-'))
  const file = path.join(folder, 'postgres.log')
  t.after(() => rm(folder, { recursive: true }))
  return { file }
}

test('openPostgresLog() moves a log beyond the limit aside', async (t) => {
  const { file } = await setup(t)
  await writeFile(file, 'x'.repeat(101))
  const log = openPostgresLog(file, 100)
  t.after(log.close)
  assert.equal((await stat(file)).size, 0)
  assert.equal((await stat(`${file}.1`)).size, 101)
})

test('trim() bounds the log while others write to it', async (t) => {
  const { file } = await setup(t)
  const log = openPostgresLog(file, 100)
  t.after(log.close)
  writeSync(log.fd, 'x'.repeat(100))
  log.trim()
  writeSync(log.fd, 'y')
  log.trim()
  writeSync(log.fd, 'z')
  assert.equal(await readFile(file, 'utf8'), 'z')
})

test('tail() quotes the last lines since mark()', async (t) => {
  const { file } = await setup(t)
  await writeFile(file, 'before\n')
  const log = openPostgresLog(file)
  t.after(log.close)
  log.mark()
  writeSync(log.fd, 'one\ntwo\nthree\n')
  assert.equal(await log.tail(), 'one\ntwo\nthree')
  assert.equal(await log.tail(2), 'two\nthree')
})
