import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A program that is measured, running in a process of its own. */
export interface Program {
  readonly pid: number
  /** Milliseconds from its start until it was ready. */
  readonly readyMs: number
  /** SIGTERM; resolves to its exit code, null when a signal ended it. */
  stop(): Promise<number | null>
}

/** What to start, and how it is known to be ready. */
export interface ProgramOptions {
  /** Arguments for the Node.js that runs the bench. */
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
  /** Hears each line of its standard output; true once it is ready. */
  readonly isReady: (line: string) => boolean
}

/** A bench that is broken off leaves no program behind. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM')
})

/** Starts it and resolves when it is ready. Rejects when it ends before. */
export async function startProgram({ args, cwd, env = process.env, isReady }: ProgramOptions): Promise<Program> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    if (process.listenerCount(signal) === 0) process.on(signal, () => process.exit(1))
  }
  const begin = performance.now()
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
  running.add(child)
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  exited.then(() => running.delete(child))
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (isReady(line)) resolve()
    })
    exited.then((code) => reject(new Error(`Cannot measure "${args[0]}" as it ended with ${code} before it was ready`)))
  })
  return {
    // It has written a line: it was spawned.
    pid: child.pid as number,
    readyMs: performance.now() - begin,
    stop() {
      child.kill('SIGTERM')
      return exited
    },
  }
}
