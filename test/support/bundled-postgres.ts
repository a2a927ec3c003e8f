// Data folders for the tests of the bundled PostgreSQL.

import { chmod, cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, type TestContext } from 'node:test'
import pg from 'pg'
import { type BundledPostgresOptions, startBundledPostgres } from '../../src/lib/bundled-postgres/bundled-postgres.ts'

let template: Promise<string> | undefined

/** A data folder after one start and stop, made once a process: a copy takes a tenth of the time of initdb. */
function makeTemplate(): Promise<string> {
  template ??= (async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'oih-template-'))
    const { stop } = await startBundledPostgres({ dataDir: folder })
    await stop()
    return folder
  })()
  return template
}

after(async () => {
  if (template) await rm(await template, { recursive: true })
})

/**
 * A data folder of its own for a test, with data in it unless `fresh`, in a `parent` that other users may enter. `start` starts
 * PostgreSQL on it; all is stopped and removed after the test.
 */
export async function setupDataFolder(t: TestContext, { fresh = false } = {}) {
  const parent = await mkdtemp(path.join(os.tmpdir(), 'oih-pg-'))
  await chmod(parent, 0o711)
  const dataDir = path.join(parent, 'data')
  if (!fresh) await cp(await makeTemplate(), dataDir, { recursive: true })
  const stops: (() => Promise<void>)[] = []
  t.after(async () => {
    await Promise.all(stops.map((stop) => stop()))
    await rm(parent, { recursive: true })
  })
  async function start(options: Partial<BundledPostgresOptions> = {}) {
    const postgres = await startBundledPostgres({ dataDir, ...options })
    stops.push(postgres.stop)
    return postgres
  }
  return { parent, dataDir, start }
}

/** Runs one query on a connection of its own and returns all values of the answer as text. */
export async function query(url: string, text: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query({ text, rowMode: 'array' })
    return rows.flat().map(String)
  } finally {
    await client.end()
  }
}

/** A client that stays, and the process that serves it. */
export async function connect(url: string): Promise<{ client: pg.Client; backend: number }> {
  const client = new pg.Client({ connectionString: url })
  // The server goes away in these tests.
  client.on('error', () => {})
  await client.connect()
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
  return { client, backend: rows[0].pid }
}

/** Resolves when PostgreSQL has written the text to its log. */
export async function logged(dataDir: string, text: string): Promise<void> {
  const file = path.join(dataDir, 'postgres.log')
  while (!(await readFile(file, 'utf8')).includes(text)) await new Promise(setImmediate)
}
