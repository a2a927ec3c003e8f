import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { messageOf } from '#lib/errors'
import { chooseDeliveries } from '../demo/deliveries.ts'
import { DemoError, demand } from '../demo/hub-call.ts'
import { type Demo, loadDemo } from '../demo/load.ts'
import { runTraffic } from '../demo/traffic.ts'
import { type CommandContext, CommandError, exitCodes } from './command.ts'
import { createHubClient } from './hub-client.ts'
import { readPassword } from './password.ts'

const MOST_SECONDS = 86_400

const HELP = `Usage: oih demo [--url <address>] [--username <name>] [--password-stdin] [--seconds <number>]

Makes a tenant "Acme Demo" with three users and two flows in a running hub, then sends GitHub deliveries to the flows, one a second, and
lets users come and go. The passwords of the users are made on the spot and shown once. Loading it again makes nothing twice.

  --url             address of the hub (http://127.0.0.1:3000)
  --username        who loads it: somebody with the permission "all" (admin)
  --password-stdin  read the password from standard input; else OIH_PASSWORD counts, else you are asked
  --seconds         how long things happen, 0 to ${MOST_SECONDS} (120); Ctrl-C ends it sooner
  --help            print this

Examples:
  oih demo
  oih demo --url https://hub.example.com --username ada --seconds 600
  pass show hub | oih demo --password-stdin

Exit codes: 0 done, 1 refused or failed, 2 wrong arguments, 130 ended by Ctrl-C
`

/** `oih demo`: loads the demo into a running hub and lets things happen in it. Resolves to the exit code; says everything on the streams. */
export async function demoCommand(args: string[], context: CommandContext): Promise<number> {
  try {
    const options = readOptions(args)
    if (options === undefined) {
      context.stdout.write(HELP)
      return exitCodes.ok
    }
    return await run(options, context)
  } catch (error) {
    if (!(error instanceof CommandError) && !(error instanceof DemoError)) throw error
    context.stderr.write(`${error.message}\n`)
    return error instanceof CommandError ? error.exitCode : exitCodes.failed
  }
}

interface Options {
  readonly url: URL
  readonly username: string
  readonly seconds: number
  readonly fromStdin: boolean
}

/** Undefined when help is wanted. */
function readOptions(args: string[]): Options | undefined {
  const { values } = parse(args)
  if (values.help) return undefined
  const url = URL.parse(values.url)
  const isAddress = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === ''
  if (!isAddress) {
    throw new CommandError(
      `--url must be an address such as http://127.0.0.1:3000: it is "${values.url}"`,
      exitCodes.usage,
    )
  }
  const seconds = /^\d{1,6}$/.test(values.seconds) ? Number(values.seconds) : Number.NaN
  if (!(seconds <= MOST_SECONDS)) {
    const message = `--seconds must be a whole number from 0 to ${MOST_SECONDS}: it is "${values.seconds}"`
    throw new CommandError(message, exitCodes.usage)
  }
  return { url, username: values.username, seconds, fromStdin: values['password-stdin'] }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        url: { type: 'string', default: 'http://127.0.0.1:3000' },
        username: { type: 'string', default: 'admin' },
        'password-stdin': { type: 'boolean', default: false },
        seconds: { type: 'string', default: '120' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new CommandError(`${messageOf(error)}\n\n${HELP}`, exitCodes.usage)
  }
}

async function run({ url, username, seconds, fromStdin }: Options, context: CommandContext): Promise<number> {
  // Before the password is asked for: without a hub there is no use for it.
  const anyone = createHubClient(url)
  await demandHub(anyone, url)
  const password = await readPassword(context, { username, fromStdin })
  const token = await signIn(anyone, username, password)
  const call = createHubClient(url, token)
  try {
    const say = (text: string) => void context.stdout.write(`${text}\n`)
    const demo = await loadDemo(call, {
      onProgress: (text) => say(`  ${text}`),
      onUser: (user) => say(`      password ${user.password}   (shown this once: keep it)`),
    })
    say(summary(demo, url, seconds))
    if (seconds === 0) return exitCodes.ok
    const deliveries = chooseDeliveries(createRequire(import.meta.url)('@octokit/webhooks-examples'))
    const { signal } = context
    const count = await runTraffic(call, { demo, deliveries, seconds, signal, onProgress: (text) => say(`  ${text}`) })
    say(`\n${count.accepted} GitHub deliveries were taken in, ${count.refused} refused`)
    return signal.aborted ? exitCodes.interrupted : exitCodes.ok
  } finally {
    await call({ method: 'POST', path: '/iam/logout' }).catch(() => undefined)
  }
}

async function demandHub(call: ReturnType<typeof createHubClient>, url: URL): Promise<void> {
  const { status, body } = await call({ method: 'GET', path: '/iam/healthcheck' })
  if ((body as { status?: unknown } | undefined)?.status === 'pass') return
  throw new CommandError(`Cannot use "${url.href}" as it must be an Open Integration Hub: it answers with ${status}`)
}

async function signIn(call: ReturnType<typeof createHubClient>, username: string, password: string): Promise<string> {
  const request = { method: 'POST', path: '/iam/login', body: { username, password } } as const
  const { token } = await demand<{ token: string }>(call, `sign in as "${username}"`, request)
  return token
}

function summary({ wasThere, users, flows }: Demo, url: URL, seconds: number): string {
  const root = url.href.replace(/\/$/, '')
  const lines = flows.map(({ name, id }) => `  ${name}\n      ${root}/webhooks/hook/${id}`)
  const opening = wasThere
    ? [
        'The demo is there already: nothing was changed. The passwords of its users were shown when it was loaded, and only then:',
        'nobody signs in as them this time.',
      ]
    : ['', `The demo is loaded: ${users.length} new users, ${flows.length} flows.`]
  const next = seconds === 0 ? [] : ['', `Things happen for ${seconds} s: watch them at ${root}/live. Ctrl-C ends it.`]
  return [...opening, ...lines, ...next].join('\n')
}
