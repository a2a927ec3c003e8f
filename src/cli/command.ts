import type { Readable, Writable } from 'node:stream'
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { messageOf } from '#lib/errors'
import { DemoError } from '../demo/hub-call.ts'

/** What a command works with; only the process entry passes the real ones. */
export interface CommandContext {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?: (mode: boolean) => unknown }
  readonly stdout: Writable
  readonly stderr: Writable
  /** From the variable OIH_PASSWORD. */
  readonly password?: string | undefined
  /** Comes when the user wants an end; what is under way may be finished. */
  readonly signal: AbortSignal
}

/** Exit codes: all went well, something was refused or failed, the arguments are wrong, the user has ended it. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** Why a command cannot go on, in a sentence for the user, and the exit code that says so. */
export class CommandError extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode: number = exitCodes.failed) {
    super(message)
    this.name = 'CommandError'
    this.exitCode = exitCode
  }
}

/** Runs a command; what it cannot do for a reason that the user can act on is said on standard error. Resolves to the exit code. */
export async function runCommand({ stderr }: CommandContext, work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof CommandError) && !(error instanceof DemoError)) throw error
    stderr.write(`${error.message}\n`)
    return error instanceof CommandError ? error.exitCode : exitCodes.failed
  }
}

/** The arguments of a command; wrong ones are answered with what is wrong and the command's help. */
export function parseCommand<T extends ParseArgsConfig>(help: string, config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config)
  } catch (error) {
    throw new CommandError(`${messageOf(error)}\n\n${help}`, exitCodes.usage)
  }
}

/** Writes to standard output; the exit code is that of success. */
export function print({ stdout }: CommandContext, text: string): number {
  stdout.write(text)
  return exitCodes.ok
}
