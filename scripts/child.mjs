// Runs other programs in place of this one. Has to work on Node.js 20.

import { spawn } from 'node:child_process'
import fs from 'node:fs'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Whether this is Windows, which knows no sessions and no process groups. */
export const isWindows = process.platform === 'win32'

/** Writes a line to standard error: standard output belongs to the script alone. */
export function say(line) {
  // Not process.stderr: it may change the mode of the descriptor that the script inherits.
  fs.writeSync(2, `${line}\n`)
}

/** Ends this process, after all cleaning up: with a message and code 1, or as a child has ended. */
export class Ending extends Error {
  constructor(message, { code = 1, signal = null } = {}) {
    super(message)
    this.end = { code, signal }
  }
}

/**
 * Runs a command to its end, passing on each signal once. The child has a session of its own, as a terminal signals a whole
 * process group and the child would hear a Ctrl-C twice. `group`: the signal also goes to what the child has started.
 * Resolves to how it ended, and to its output where `options.stdio` asks for a pipe.
 */
export function run(command, args, { group = false, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, detached: !isWindows })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += chunk
      })
    }
    const forward = (signal) => {
      try {
        process.kill(group && !isWindows ? -child.pid : child.pid, signal)
      } catch {
        // It has just ended: its event follows.
      }
    }
    const settle = (end) => {
      for (const signal of signals) process.off(signal, forward)
      end()
    }
    for (const signal of signals) process.on(signal, forward)
    child.once('error', (error) => settle(() => reject(error)))
    child.once('close', (code, signal) => settle(() => resolve({ code, signal, output })))
  })
}

/** Ends this process as another ended. */
export function endAs({ code, signal }) {
  if (signal === null) process.exit(code)
  process.kill(process.pid, signal)
}
