import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type CommandContext, CommandError, exitCodes } from './command.ts'

/** A pipe that holds more is not a password. */
const LONGEST = 1_024

/**
 * The user's password: the first line of standard input where that is wished, else the one of the environment, else from a prompt
 * that does not show it. Throws a `CommandError` where there is none.
 */
export async function readPassword(
  context: CommandContext,
  { username, fromStdin }: { readonly username: string; readonly fromStdin: boolean },
): Promise<string> {
  const password = fromStdin
    ? firstLine(await text(context.stdin))
    : (context.password ?? (await promptFor(context, username)))
  if (password !== '' && password.length <= LONGEST) return password
  throw new CommandError(`The password must have 1 to ${LONGEST} characters`, exitCodes.usage)
}

function firstLine(input: string): string {
  return input.split(/\r?\n/, 1)[0] ?? ''
}

async function promptFor({ stdin, stderr, signal }: CommandContext, username: string): Promise<string> {
  if (!stdin.isTTY) {
    throw new CommandError(
      'Cannot ask for the password as standard input must be a terminal: use --password-stdin, or set OIH_PASSWORD',
      exitCodes.usage,
    )
  }
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: stdin, output: nowhere, terminal: true, historySize: 0 })
  stderr.write(`Password of ${username}: `)
  try {
    return await new Promise<string>((resolve, reject) => {
      const stop = () => reject(new CommandError('No password was given', exitCodes.interrupted))
      terminal.once('SIGINT', stop)
      terminal.once('close', stop)
      signal.addEventListener('abort', stop, { once: true })
      terminal.once('line', resolve)
    })
  } finally {
    terminal.close()
    stderr.write('\n')
  }
}
