// Which process hides behind a pid: a pid alone is no identity, as the system gives it away again.

import { execFile } from 'node:child_process'
import { readFile, readlink } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** What the system tells about a living process. */
export interface ProcessFacts {
  pid: number
  /** When it started, in a form only good for comparing: two processes with one pid never share it. */
  startMark: string
  /** The program and its arguments, separated by spaces. */
  command: string
  /** Working folder. Known on Linux only, and only of processes this user may inspect. */
  folder?: string
}

/** The facts of the process with that pid, or `undefined` when there is none. A zombie has ended and so is none. */
export async function inspectProcess(pid: number): Promise<ProcessFacts | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0 || !mayExist(pid)) return undefined
  return process.platform === 'linux' ? inspectByProc(pid) : inspectByPs(pid)
}

/** Resolves to true once that very process has ended, to false when it still runs after `deadlineMs`. */
export async function waitForEnd(facts: ProcessFacts, deadlineMs: number): Promise<boolean> {
  const deadline = performance.now() + deadlineMs
  for (;;) {
    const now = await inspectProcess(facts.pid)
    if (now?.startMark !== facts.startMark) return true
    if (performance.now() >= deadline) return false
    // A process that is not our child reports its end to nobody here: polling is the portable way.
    await sleep(10)
  }
}

/** Sends a signal to that very process. Returns false when it has ended. */
export async function signalProcess(facts: ProcessFacts, signal: NodeJS.Signals): Promise<boolean> {
  const now = await inspectProcess(facts.pid)
  if (now?.startMark !== facts.startMark) return false
  try {
    return process.kill(facts.pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

function mayExist(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function inspectByProc(pid: number): Promise<ProcessFacts | undefined> {
  try {
    const [stat, commandLine, folder] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readlink(`/proc/${pid}/cwd`).catch(() => undefined),
    ])
    // The name, second and in brackets, may hold spaces and brackets. Third is the state, 22nd the start in clock ticks since boot.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    const command = commandLine.split('\0').join(' ').trim()
    return { pid, startMark: String(fields[19]), command, ...(folder === undefined ? {} : { folder }) }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}

async function inspectByPs(pid: number): Promise<ProcessFacts | undefined> {
  const args = ['-ww', '-o', 'stat=,lstart=,command=', '-p', String(pid)]
  const env = { LC_ALL: 'C', TZ: 'UTC', PATH: '/bin:/usr/bin' }
  // `ps` ends with an error code when there is no such process.
  const output = await promisify(execFile)('ps', args, { env }).catch(() => undefined)
  return output && parsePsLine(pid, output.stdout)
}

/** One line of `ps -o stat=,lstart=,command=`: `Ss   Mon Nov 23 19:30:00 2026 postgres -D /data`. */
export function parsePsLine(pid: number, line: string): ProcessFacts | undefined {
  const match = /^\s*(\S+)\s+(\w+ +\w+ +\d+ +[\d:]+ +\d+)\s+(.*)$/m.exec(line)
  if (!match || match[1]?.startsWith('Z')) return undefined
  return { pid, startMark: String(match[2]), command: String(match[3]).trim() }
}
