import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { configTable, readConfig } from '#lib/config'
import { messageOf } from '#lib/errors'
import { createLogger } from '#lib/logger'
import { demoCommand } from './cli/demo.ts'
import { interruption } from './cli/interruption.ts'
import { secretsCommand } from './cli/secrets.ts'
import { tenantCommand } from './cli/tenant.ts'
import { banner } from './hub/banner.ts'
import { configTables } from './hub/config.ts'
import { startHub } from './hub/hub.ts'
import { serviceNames } from './hub/services.ts'

const HELP = `Usage: oih start [--services <name,…>] [--check-config]
       oih demo [--url <address>] [--username <name>] [--seconds <number>]
       oih tenant export <tenant> [--out <file>] [--force]
       oih tenant import <file> [--dry-run]
       oih secrets rotate-master-key [--json]

  start             run the hub
  demo              fill a running hub with something to look at; oih demo --help says more
  tenant            move a tenant from one running hub to another; oih tenant --help says more
  secrets           change the master key of a running hub; oih secrets --help says more
  --services        only these services: ${serviceNames.join(', ')}
  --check-config    say what the configuration is, and what is wrong with it, and exit
  --version         print the version
  --help            print this

Examples:
  oih start
  oih start --services iam,audit-log
  oih demo
  oih tenant export "Acme Demo"
`

/** Those that work with a running hub. */
const commands = new Map([
  ['demo', demoCommand],
  ['secrets', secretsCommand],
  ['tenant', tenantCommand],
])

/** Tells what takes long, so that nobody wonders whether anything happens. */
const PROGRESS_AFTER_MS = 1_000

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exitCode = 1
}

async function run(args: string[]): Promise<number> {
  const { OIH_PASSWORD: password, ...variables } = process.env
  const named = commands.get(args[0] ?? '')
  if (named) {
    const { stdin, stdout, stderr } = process
    return named(args.slice(1), { stdin, stdout, stderr, password, signal: interruption(stderr) })
  }
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      services: { type: 'string' },
      'check-config': { type: 'boolean' },
      version: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.version) return print(`${version}\n`)
  if (values.help) return print(HELP)
  const [command, ...extra] = positionals
  if (command !== 'start' || extra.length > 0) {
    process.stderr.write(HELP)
    return 2
  }
  const environment = { ...variables, ...(values.services !== undefined && { OIH_SERVICES: values.services }) }
  const config = readConfig(configTables, environment)
  if (values['check-config']) return print(`The configuration is sound. The variables:\n\n${variableList()}\n`)
  return serve(config)
}

async function serve(config: Parameters<typeof startHub>[0]['config']): Promise<number> {
  const logger = createLogger({ level: config.hub.logLevel })
  const started = performance.now()
  const waiting = setTimeout(() => process.stdout.write('Starting …\n'), PROGRESS_AFTER_MS)
  const stopped = Promise.withResolvers<number>()
  const starting = new AbortController()
  let signals = 0
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      signals += 1
      if (signals > 1) process.exit(130)
      process.stdout.write('Stopping … (once more to end at once)\n')
      starting.abort()
      stopped.resolve(0)
    })
  }
  const onProgress = (message: string) => process.stdout.write(`${message}\n`)
  const hub = await startHub({ config, logger, version, signal: starting.signal, onProgress })
    .catch((error: unknown) => {
      if (!starting.signal.aborted) throw error
    })
    .finally(() => clearTimeout(waiting))
  if (hub === undefined) return 0
  const seconds = (performance.now() - started) / 1_000
  process.stdout.write(banner(hub, config.iam.adminUsername ?? 'admin', seconds))
  hub.lost.then((reason) => {
    process.stderr.write(`${reason}\n`)
    stopped.resolve(1)
  })
  const code = await stopped.promise
  await hub.stop()
  return code
}

function variableList(): string {
  return configTable(configTables)
    .map(({ name, default: fallback, about }) => `  ${name}${fallback === '' ? '' : ` (${fallback})`}\n      ${about}`)
    .join('\n')
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}
