import { demand, type HubCall } from '../demo/hub-call.ts'
import { type CommandContext, CommandError, exitCodes } from './command.ts'
import { createHubClient } from './hub-client.ts'
import { readPassword } from './password.ts'

/** The arguments of every command that works with a running hub. */
export const hubOptions = {
  url: { type: 'string', default: 'http://127.0.0.1:3000' },
  username: { type: 'string', default: 'admin' },
  'password-stdin': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** How those arguments are told in a help text. */
export const HUB_OPTIONS_HELP = `  --url             address of the hub (http://127.0.0.1:3000)
  --password-stdin  read the password from standard input; else OIH_PASSWORD counts, else you are asked
  --help            print this`

/** Where a hub is and who signs in. */
export interface Hub {
  readonly url: URL
  readonly username: string
  readonly fromStdin: boolean
}

/** What the arguments say; throws a `CommandError` for an address that is none. */
export function hubOf(values: {
  readonly url: string
  readonly username: string
  readonly 'password-stdin': boolean
}): Hub {
  const url = URL.parse(values.url)
  const isAddress = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === ''
  if (!isAddress) {
    throw new CommandError(
      `--url must be an address such as http://127.0.0.1:3000: it is "${values.url}"`,
      exitCodes.usage,
    )
  }
  return { url, username: values.username, fromStdin: values['password-stdin'] }
}

/** Signs in at the hub, works, and signs out again, whatever comes of the work. */
export async function withHub<T>(
  context: CommandContext,
  { url, username, fromStdin }: Hub,
  work: (call: HubCall) => Promise<T>,
): Promise<T> {
  // Before the password is asked for: without a hub there is no use for it.
  const anyone = createHubClient(url)
  await demandHub(anyone, url)
  const password = await readPassword(context, { username, fromStdin })
  const { token } = await demand<{ token: string }>(anyone, `sign in as "${username}"`, {
    method: 'POST',
    path: '/iam/login',
    body: { username, password },
  })
  const call = createHubClient(url, token)
  try {
    return await work(call)
  } finally {
    await call({ method: 'POST', path: '/iam/logout' }).catch(() => undefined)
  }
}

async function demandHub(call: HubCall, url: URL): Promise<void> {
  const { status, body } = await call({ method: 'GET', path: '/iam/healthcheck' })
  if ((body as { status?: unknown } | undefined)?.status === 'pass') return
  throw new CommandError(`Cannot use "${url.href}" as it must be an Open Integration Hub: it answers with ${status}`)
}
