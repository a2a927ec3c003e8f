import { readdir, readFile } from 'node:fs/promises'

/** What a process and all that it has started and waited for have used, from /proc. */
interface ProcessTimes {
  readonly pid: number
  readonly parent: number
  readonly name: string
  readonly ticks: number
}

/** Linux counts in hundredths of a second, whatever the kernel's own clock is. */
const TICKS_A_SECOND = 100

/** Reads the CPU time of processes and their descendants, from /proc: Linux only. */
export interface CpuMeter {
  /** Seconds used since the meter was made, by the names given to it. */
  read(): Promise<Record<string, number>>
}

/**
 * Starts to measure groups of processes, each given by the ids of its first processes. All descendants count, also those that have ended meanwhile
 * if their parent waited for them, as PostgreSQL does for its backends.
 */
export async function startCpuMeter(groups: Readonly<Record<string, readonly number[]>>): Promise<CpuMeter> {
  const before = await readGroups(groups)
  return {
    async read() {
      const now = await readGroups(groups)
      const used = Object.keys(groups).map((name) => {
        const ticks = Math.max(0, (now[name] ?? 0) - (before[name] ?? 0))
        return [name, ticks / TICKS_A_SECOND] as const
      })
      return Object.fromEntries(used)
    },
  }
}

/** Ids of the processes whose program has this name. */
export async function findProcesses(name: string): Promise<number[]> {
  return (await readProcesses()).filter((one) => one.name === name).map(({ pid }) => pid)
}

async function readGroups(groups: Readonly<Record<string, readonly number[]>>): Promise<Record<string, number>> {
  const processes = await readProcesses()
  const children = Map.groupBy(processes, ({ parent }) => parent)
  const ticksOf = (one: ProcessTimes): number =>
    one.ticks + (children.get(one.pid) ?? []).reduce((sum, child) => sum + ticksOf(child), 0)
  const sums = Object.entries(groups).map(([name, pids]) => {
    const first = processes.filter(({ pid }) => pids.includes(pid))
    return [name, first.reduce((sum, one) => sum + ticksOf(one), 0)] as const
  })
  return Object.fromEntries(sums)
}

async function readProcesses(): Promise<ProcessTimes[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')))
  return texts.filter((text) => text !== '').map(parseStat)
}

/** The name stands in parentheses and may contain anything, also parentheses. */
function parseStat(text: string): ProcessTimes {
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  const fields = text.slice(close + 2).split(' ')
  const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number)
  return {
    pid: Number(text.slice(0, open)),
    name: text.slice(open + 1, close),
    parent: Number(fields[1]),
    ticks: (user ?? 0) + (system ?? 0) + (childUser ?? 0) + (childSystem ?? 0),
  }
}
