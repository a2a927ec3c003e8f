// Starts programs that do not outlive the hub.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { PostgresUser } from './postgres-user.ts'

const script = path.join(import.meta.dirname, 'postgres-keeper.sh')

/** How a process ended: one of the two is set. */
export interface ProcessEnd {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A running program that ends when this process does. */
export interface KeptProcess {
  pid: number
  ended: Promise<ProcessEnd>
  signal(signal: NodeJS.Signals): void
}

/**
 * Starts a program as that user under the keeper (see postgres-keeper.sh). `output`: the open file that receives standard output
 * and error. It gets a session of its own: a Ctrl-C in the terminal is for the hub, which ends PostgreSQL last.
 */
export async function startKept(
  user: PostgresUser,
  program: string,
  args: readonly string[],
  { output, env = {} }: { output: number; env?: Record<string, string> },
): Promise<KeptProcess> {
  const command = user.command('/bin/sh', [script, program, ...args])
  const child = spawn(command.file, command.args, {
    ...command.options,
    env: { ...command.options.env, ...env },
    cwd: '/',
    detached: true,
    stdio: ['ignore', output, output, 'pipe'],
  })
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      // Lets the keeper go.
      child.stdio[3]?.destroy()
      resolve({ code, signal })
    })
  })
  child.stdio[3]?.on('error', () => {})
  await once(child, 'spawn')
  return { pid: Number(child.pid), ended, signal: (signal) => void child.kill(signal) }
}
