import type { Readable, Writable } from 'node:stream'

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
