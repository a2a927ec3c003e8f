import { setTimeout as sleep } from 'node:timers/promises'
import { demand, type HubCall } from '../demo/hub-call.ts'
import { type CommandContext, CommandError, exitCodes, parseCommand, print, runCommand } from './command.ts'
import { HUB_OPTIONS_HELP, hubOf, hubOptions, withHub } from './hub-session.ts'

const HELP = `Usage: oih secrets rotate-master-key [--json]

Has a running hub seal everything under a new master key. Nothing stops meanwhile. Ended by Ctrl-C or cut short, the hub goes on by itself;
the same command then shows how far it is.

  --json            say how it ended as JSON, and nothing else
  --username        who does it: somebody with the permission "secrets.masterKey.rotate" (admin)
${HUB_OPTIONS_HELP}

Examples:
  oih secrets rotate-master-key
  oih secrets rotate-master-key --url https://hub.example.com --json

Exit codes: 0 done, 1 refused or failed, 2 wrong arguments, 130 ended by Ctrl-C
`

const POLL_MS = 500

interface State {
  readonly source: 'file' | 'environment'
  /** The oldest first. */
  readonly keys: readonly { readonly id: string; readonly state: 'current' | 'retiring' | 'retired' }[]
  readonly left: number
}

/** `oih secrets rotate-master-key`. Resolves to the exit code; says everything on the streams. */
export function secretsCommand(args: string[], context: CommandContext): Promise<number> {
  return runCommand(context, async () => {
    const { values, positionals } = parseCommand(HELP, {
      args,
      allowPositionals: true,
      options: { ...hubOptions, json: { type: 'boolean', default: false } },
    })
    if (values.help) return print(context, HELP)
    if (positionals.join(' ') !== 'rotate-master-key') throw new CommandError(HELP, exitCodes.usage)
    return withHub(context, hubOf(values), (call) => rotate(call, values.json, context))
  })
}

async function rotate(call: HubCall, json: boolean, context: CommandContext): Promise<number> {
  const begun = await demand<State>(call, 'rotate the master key', { method: 'POST', path: '/master-key/rotations' })
  const former = begun.keys.findLast(({ state }) => state !== 'current')?.id
  const say = (text: string) => void (json || context.stdout.write(`${text}\n`))
  let state = begun
  for (let told = -1; isUnderWay(state); state = await read(call)) {
    if (state.left !== told) say(`  ${state.left} left to be sealed under the new key`)
    told = state.left
    if (context.signal.aborted) {
      say('The hub goes on by itself')
      return exitCodes.interrupted
    }
    await sleep(POLL_MS, undefined, { signal: context.signal }).catch(() => undefined)
  }
  const current = state.keys.find((key) => key.state === 'current')?.id
  if (json) return print(context, `${JSON.stringify({ current, former, source: state.source })}\n`)
  return print(context, `The master key is rotated: it is "${current}" now\n${advice(state, former)}\n`)
}

function read(call: HubCall): Promise<State> {
  return demand(call, 'see how far the rotation is', { method: 'GET', path: '/master-key' })
}

function isUnderWay({ keys }: State): boolean {
  return keys.some(({ state }) => state === 'retiring')
}

function advice({ source }: State, former: string | undefined): string {
  if (source === 'environment')
    return `The hub needs the former one, "${former}", no longer: take it out of OIH_MASTER_KEY_PREVIOUS with the next start, and keep it for as long as backups from before are kept`
  return `Keep a copy of the file "master-key" of the data folder apart from the data. The former one lies beside it as "master-key.retired-${former}":\nkeep it for as long as backups from before are kept, as they need it, and delete it then`
}
