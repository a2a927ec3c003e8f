import { spawn } from 'node:child_process'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** `oih demo` as a process of its own. */
export interface DemoCommand {
  /** Standard output and error so far. */
  output(): string
  /** Resolves once the output fits; rejects when the command ends before. */
  says(pattern: RegExp): Promise<void>
  interrupt(): void
  readonly exited: Promise<number | null>
}

export interface DemoCommandOptions {
  readonly args: readonly string[]
  /** As the variable OIH_PASSWORD. */
  readonly password?: string
  /** Standard input; default: empty. */
  readonly stdin?: string
}

/** Starts `oih demo`; it is gone when the test is over. */
export function startDemoCommand(t: TestContext, { args, password, stdin = '' }: DemoCommandOptions): DemoCommand {
  const { OIH_PASSWORD: _, ...inherited } = process.env
  const env = { ...inherited, ...(password !== undefined && { OIH_PASSWORD: password }) }
  const child = spawn(process.execPath, ['src/main.ts', 'demo', ...args], { cwd: root, env })
  let output = ''
  const looks = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      for (const look of looks) look()
    })
  }
  // It may be gone before it has read.
  child.stdin.on('error', () => {}).end(stdin)
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  t.after(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return {
    output: () => output,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!pattern.test(output)) return
          looks.delete(look)
          resolve()
        }
        looks.add(look)
        look()
        exited.then((code) => reject(new Error(`oih demo ended with ${code} and has not said ${pattern}:\n${output}`)))
      }),
    interrupt: () => void child.kill('SIGINT'),
    exited,
  }
}
