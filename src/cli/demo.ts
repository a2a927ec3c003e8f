import { createRequire } from 'node:module'
import { chooseDeliveries } from '../demo/deliveries.ts'
import type { HubCall } from '../demo/hub-call.ts'
import { type Demo, loadDemo } from '../demo/load.ts'
import { runTraffic } from '../demo/traffic.ts'
import { type CommandContext, CommandError, exitCodes, parseCommand, print, runCommand } from './command.ts'
import { hubOf, hubOptions, withHub } from './hub-session.ts'

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
export function demoCommand(args: string[], context: CommandContext): Promise<number> {
  return runCommand(context, async () => {
    const { values } = parseCommand(HELP, {
      args,
      options: { ...hubOptions, seconds: { type: 'string', default: '120' } },
    })
    if (values.help) return print(context, HELP)
    const hub = hubOf(values)
    const seconds = secondsOf(values.seconds)
    return withHub(context, hub, (call) => run(call, { url: hub.url, seconds }, context))
  })
}

function secondsOf(text: string): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
  if (seconds <= MOST_SECONDS) return seconds
  const message = `--seconds must be a whole number from 0 to ${MOST_SECONDS}: it is "${text}"`
  throw new CommandError(message, exitCodes.usage)
}

async function run(
  call: HubCall,
  { url, seconds }: { readonly url: URL; readonly seconds: number },
  { stdout, signal }: CommandContext,
): Promise<number> {
  const say = (text: string) => void stdout.write(`${text}\n`)
  const demo = await loadDemo(call, {
    onProgress: (text) => say(`  ${text}`),
    onUser: (user) => say(`      password ${user.password}   (shown this once: keep it)`),
  })
  say(summary(demo, url, seconds))
  if (seconds === 0) return exitCodes.ok
  const deliveries = chooseDeliveries(createRequire(import.meta.url)('@octokit/webhooks-examples'))
  const count = await runTraffic(call, { demo, deliveries, seconds, signal, onProgress: (text) => say(`  ${text}`) })
  say(`\n${count.accepted} GitHub deliveries were taken in, ${count.refused} refused`)
  return signal.aborted ? exitCodes.interrupted : exitCodes.ok
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
