import { readdirSync, readFileSync } from 'node:fs'
import { processTree } from '../../test/support/process-tree.ts'

/** What processes hold, in MiB. */
export interface ProcessMemory {
  /** Proportional: what n processes share counts an nth for each. The sum is what the machine gives for all of them. */
  readonly pss: number
  /** Resident: what is shared counts for each. */
  readonly rss: number
}

/** The process, all that descend from it, and those whose command line names the folder: a keeper has left its parent. Linux only. */
export function familyOf(pid: number, folder: string): number[] {
  const namers = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => readProc(name, 'cmdline').includes(folder))
  return [...new Set([...processTree(pid), ...namers.map(Number)])]
}

/** Sums up what is there of the processes; one that has ended holds nothing. */
export function readMemory(pids: readonly number[]): ProcessMemory {
  const rollups = pids.map((pid) => readProc(String(pid), 'smaps_rollup'))
  const sum = (field: RegExp) => rollups.reduce((all, text) => all + Number(field.exec(text)?.[1] ?? 0), 0) / 1_024
  return { pss: sum(/^Pss:\s+(\d+) kB/m), rss: sum(/^Rss:\s+(\d+) kB/m) }
}

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}
