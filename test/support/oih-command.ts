import { spawn } from 'node:child_process'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** A command of `oih`, such as `oih demo`, as a process of its own. */
export interface OihCommand {
  /** Standard output and error so far. */
  output(): string
  /** Standard output alone so far. */
  printed(): string
  /** Resolves once the output fits; rejects when the command ends before. */
  says(pattern: RegExp): Promise<void>
  interrupt(): void
  readonly exited: Promise<number | null>
}

export interface OihCommandOptions {
  /** The command itself and what it takes. */
  readonly args: readonly string[]
  /** As the variable OIH_PASSWORD. */
  readonly password?: string
  /** Standard input; default: empty. */
  readonly stdin?: string
  /** The folder in which it runs; default: that of the repository. */
  readonly cwd?: string
}

/** Starts `oih`; it is gone when the test is over. */
export function startOihCommand(
  t: TestContext,
  { args, password, stdin = '', cwd = root }: OihCommandOptions,
): OihCommand {
  const { OIH_PASSWORD: _, ...inherited } = process.env
  const env = { ...inherited, ...(password !== undefined && { OIH_PASSWORD: password }) }
  const child = spawn(process.execPath, [main, ...args], { cwd, env })
  let output = ''
  let printed = ''
  const looks = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      for (const look of looks) look()
    })
  }
  child.stdout.on('data', (text: string) => {
    printed += text
  })
  // It may be gone before it has read.
  child.stdin.on('error', () => {}).end(stdin)
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  t.after(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return {
    output: () => output,
    printed: () => printed,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!pattern.test(output)) return
          looks.delete(look)
          resolve()
        }
        looks.add(look)
        look()
        exited.then((code) =>
          reject(new Error(`oih ${args[0]} ended with ${code} and has not said ${pattern}:\n${output}`)),
        )
      }),
    interrupt: () => void child.kill('SIGINT'),
    exited,
  }
}
