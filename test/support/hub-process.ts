import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A hub that runs as a process of its own, as users run it. */
export interface HubProcess {
  readonly url: string
  readonly admin: { readonly username: string; readonly password: string }
  readonly dataDir: string
  readonly child: ChildProcess
  /** What it has written to standard output and error so far. */
  output(): string
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
}

export interface HubProcessOptions {
  readonly dataDir: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly args?: readonly string[]
  /** Hears of the process at once, long before the hub is ready. */
  readonly onSpawn?: (child: ChildProcess) => void
}

const root = fileURLToPath(new URL('../..', import.meta.url))
export const testAdmin = { username: 'admin', password: 'correct horse battery staple' }

/** Starts a hub on a free port and resolves when it says that it is ready. Rejects with its output when it ends before. */
export async function startHubProcess({
  dataDir,
  env = {},
  args = [],
  onSpawn,
}: HubProcessOptions): Promise<HubProcess> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('OIH_'))
  const child = spawn(process.execPath, ['src/main.ts', 'start', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(inherited),
      OIH_PORT: '0',
      OIH_DATA_DIR: dataDir,
      OIH_ADMIN_USERNAME: testAdmin.username,
      OIH_ADMIN_PASSWORD: testAdmin.password,
      OIH_OUTBOUND_ALLOW: '127.0.0.0/8',
      ...env,
    },
  })
  onSpawn?.(child)
  const lines: string[] = []
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line)
        const address = /^\s*Address\s+(\S+)$/.exec(line)?.[1]
        if (address !== undefined) resolve(address)
      })
    }
    exited.then((code) => reject(new Error(`The hub ended with ${code} before it was ready:\n${lines.join('\n')}`)))
  })
  return {
    url,
    admin: testAdmin,
    dataDir,
    child,
    output: () => lines.join('\n'),
    stop() {
      child.kill('SIGTERM')
      return exited
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** A new folder for a hub's data, outside the repository, and how to remove it. */
export async function createDataDir(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'oih-'))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}
