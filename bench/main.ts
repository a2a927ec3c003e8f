// Measures ours beside peers and limits, and writes docs/performance.md:
//   npm run bench [bus flows iam footprint] [-- [--case <part of an id>] [--runs 3] [--quick] [--dry-run]]

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { cases } from './cases.ts'
import { type BenchServer, startBenchServer } from './harness/bench-server.ts'
import { type CaseResult, runCase } from './harness/campaign.ts'
import type { BenchCase } from './harness/case.ts'
import { describeMachine, QUIET_LOAD } from './harness/machine.ts'
import { performancePage } from './harness/performance-page.ts'
import { terminalText } from './harness/terminal.ts'

const root = path.dirname(import.meta.dirname)
const page = path.join(root, 'docs', 'performance.md')

/** What the command line asks for. */
interface Request {
  readonly chosen: readonly BenchCase[]
  readonly runs: number
  readonly quick: boolean
  /** Measure, and leave the page as it is; so does a quick run, whose figures are not worth keeping. */
  readonly dryRun: boolean
  readonly command: string
}

function readRequest(args: string[]): Request {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      only: { type: 'string', default: '' },
      case: { type: 'string', default: '' },
      runs: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
    },
  })
  const groups = [...positionals, ...values.only.split(',')].filter((group) => group !== '')
  const known = new Set(cases.map(({ group }) => group))
  const unknown = groups.find((group) => !known.has(group))
  if (unknown !== undefined)
    throw new Error(`Cannot bench as groups of cases are ${[...known].join(', ')}: "${unknown}"`)
  const runs = Number(values.runs ?? (values.quick ? 1 : 3))
  if (!Number.isInteger(runs) || runs < 1)
    throw new Error(`Cannot bench as "--runs" must be a number from 1: "${values.runs}"`)
  const chosen = cases.filter(
    ({ id, group }) => (groups.length === 0 || groups.includes(group)) && id.includes(values.case),
  )
  if (chosen.length === 0) throw new Error('Cannot bench as no case fits')
  const command = ['npm run bench', ...(args.length === 0 ? [] : ['--', ...args])].join(' ')
  return { chosen, runs, quick: values.quick, dryRun: values['dry-run'] || values.quick, command }
}

/** The peers are no dependencies of the hub: they are installed into bench/ at the first run. */
async function installPeers(): Promise<void> {
  const installer = new URL('../scripts/dependencies.mjs', import.meta.url).href
  const { ensureDependencies } = (await import(installer)) as { ensureDependencies(folder: string): Promise<void> }
  await ensureDependencies(import.meta.dirname)
}

/** Runs the cases one after the other; each is printed, and kept, as soon as it is done. */
async function bench({ chosen, runs, quick, dryRun, command }: Request, folder: string): Promise<boolean> {
  const results: CaseResult[] = []
  const [load = 0] = os.loadavg()
  if (load > QUIET_LOAD) console.error(`Others use this machine (load ${load.toFixed(1)}): the figures will say little`)
  let server: Promise<BenchServer> | undefined
  const context = {
    quick,
    folder,
    postgres() {
      server ??= startBenchServer(path.join(folder, 'data'))
      return server
    },
    progress: (text: string) => console.error(`${new Date().toISOString().slice(11, 19)}  ${text}`),
  }
  const interrupted = new AbortController()
  // Child processes end with this one, and so does PostgreSQL; only its folder would stay.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, async () => {
      interrupted.abort()
      await server?.then((started) => started.stop())
      await rm(folder, { recursive: true, force: true, maxRetries: 10 })
      process.exit(1)
    })
  }
  try {
    for (const one of chosen) {
      const result = await runCase(one, runs, context)
      // Without its PostgreSQL, what was still to be run has failed.
      if (interrupted.signal.aborted) return false
      results.push(result)
      console.log(terminalText(result))
      keep(results, dryRun, {
        command,
        machine: describeMachine(root, (await context.postgres()).version, load, new Date()),
      })
    }
  } finally {
    await server?.then((started) => started.stop())
  }
  const failed = results.flatMap(({ verdicts }) => verdicts).filter(({ holds }) => !holds)
  console.log(failed.length === 0 ? 'All aims hold' : `Aims that do not hold: ${failed.length}`)
  return true
}

function keep(results: readonly CaseResult[], dryRun: boolean, stamp: Parameters<typeof performancePage>[3]): void {
  const folder = path.join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'latest.json'), `${JSON.stringify({ ...stamp, results }, null, 2)}\n`)
  if (dryRun) return
  const current = readPage()
  const order = cases.map(({ id }) => id)
  writeFileSync(page, performancePage(current, order, results, stamp))
}

function readPage(): string {
  try {
    return readFileSync(page, 'utf8')
  } catch {
    return ''
  }
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'oih-bench-'))
// The bundled PostgreSQL may run as another user and passes through it.
chmodSync(folder, 0o711)
try {
  const request = readRequest(process.argv.slice(2))
  await installPeers()
  await bench(request, folder)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 10 })
}
