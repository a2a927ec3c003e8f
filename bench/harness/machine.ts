import { execFileSync } from 'node:child_process'
import os from 'node:os'

/** Where and of what a figure was measured. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly os: string
  readonly node: string
  readonly postgres: string
  readonly date: string
  readonly commit: string
  /** What the machine was busy with before the bench began: processes that ran or waited, by the last minute. */
  readonly load: number
}

/** Above it others use so much of the machine that figures say little. */
export const QUIET_LOAD = 0.5

/** Describes this machine. `postgres` is the version of the server that was used, `load` what was measured before. */
export function describeMachine(root: string, postgres: string, load: number, now: Date): Machine {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    os: `${os.type()} ${os.release()}`,
    node: process.version,
    postgres,
    date: now.toISOString().slice(0, 10),
    commit: commitOf(root),
    load,
  }
}

/** The commit, marked where the work tree differs from it. */
function commitOf(root: string): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim()
    const changed = git('status', '--porcelain', '--', '.', ':!docs/performance.md') !== ''
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes' : ''}`
  } catch {
    return 'unknown'
  }
}
