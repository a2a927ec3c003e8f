// Runs the tests, after the check, on a PostgreSQL of their own:
//   npm test [-- [--only unit|int|e2e] [--no-check] [pattern…]]
// A pattern is a part of the path of a test file. Tests find the URL of a superuser in OIH_TEST_DATABASE_URL.

import { chmodSync, globSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { parseArgs } from 'node:util'
import { startBundledPostgres } from '../src/lib/bundled-postgres/bundled-postgres.ts'
import { check } from './check.ts'

const kinds = ['unit', 'int', 'e2e'] as const
type Kind = (typeof kinds)[number]
const root = path.dirname(import.meta.dirname)
const folders = [
  'src',
  'console/src',
  'components',
  'scripts',
  'examples',
  'test',
  'bench/harness',
  'bench/flows',
  'bench/footprint',
]
/** For one file: those with a chaos of restarts take a minute on a slow machine, a hang would take for ever. */
const usualTimeoutMs = 300_000
/** Whoever asks by these for more than the usual also takes the time for it. */
const isLong = ['OIH_TEST_FUZZ', 'OIH_TEST_HISTORIES', 'OIH_TEST_PAIRS'].some((name) => process.env[name] !== undefined)
const fileTimeoutMs = isLong ? 24 * 3_600_000 : usualTimeoutMs

/** What a test needs is told by its suffix; one without stands in test/ and may need everything. */
function kindOf(file: string): Kind {
  return kinds.find((kind) => file.endsWith(`.${kind}.test.ts`)) ?? 'e2e'
}

/** The test files in the order of their kinds, so that the quick ones report first. */
function findTests(only: string | undefined, patterns: readonly string[]): string[] {
  const files = folders.flatMap((folder) => globSync(`${folder}/**/*.test.ts`, { cwd: root }).sort())
  return kinds
    .filter((kind) => only === undefined || kind === only)
    .flatMap((kind) => files.filter((file) => kindOf(file) === kind))
    .filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
}

/** Runs the files two at a time and prints a report. Resolves to whether any ran and all passed. */
async function runTests(files: string[], signal: AbortSignal): Promise<boolean> {
  let passed = false
  const absolute = files.map((file) => path.join(root, file))
  const stream = run({ files: absolute, cwd: root, concurrency: 2, timeout: fileTimeoutMs, signal })
  stream.on('test:summary', ({ file, success, counts }) => {
    // The summary of all has no file. Files that declare no test count as passed.
    if (file === undefined) passed = success && counts.tests > counts.skipped
  })
  const report = stream.compose(spec)
  report.pipe(process.stdout, { end: false })
  await finished(report)
  return passed
}

/**
 * Runs `work` with a temporary folder that is gone afterwards, however it ends. It is also where the tests put their temporary
 * files, so that those of an interrupted test go too; tests that run as another user pass through it.
 */
async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'oih-test-'))
  chmodSync(folder, 0o711)
  process.env.TMPDIR = folder
  try {
    return await work(folder)
  } finally {
    // Servers of an interrupted test may still be writing their last files.
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** Runs `work` with a PostgreSQL in the folder. */
async function withPostgres<T>(folder: string, work: () => Promise<T>): Promise<T> {
  // Two files at a time, each with several services and their pools.
  const settings = { max_connections: '300' }
  const postgres = await startBundledPostgres({ dataDir: path.join(folder, 'hub'), settings })
  process.env.OIH_TEST_DATABASE_URL = postgres.url
  try {
    return await work()
  } finally {
    await postgres.stop()
  }
}

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    allowNegative: true,
    options: { only: { type: 'string' }, check: { type: 'boolean', default: true } },
  })
  if (values.only !== undefined && !kinds.includes(values.only as Kind)) {
    console.error(`Cannot run the tests as "--only" must be one of ${kinds.join(', ')}: it is "${values.only}"`)
    return false
  }
  const interruption = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort())
  const isChecked = values.check ? await check() : true
  const files = findTests(values.only, positionals)
  if (files.length === 0) {
    console.error('Cannot run the tests: no test file fits')
    return false
  }
  const work = () => runTests(files, interruption.signal)
  const isUnitOnly = files.every((file) => kindOf(file) === 'unit')
  const passed = await withFolder((folder) => (isUnitOnly ? work() : withPostgres(folder, work)))
  if (!isChecked) console.error('✖ The check has failed: see above')
  return isChecked && passed && !interruption.signal.aborted
}

process.exitCode = (await main()) ? 0 : 1
