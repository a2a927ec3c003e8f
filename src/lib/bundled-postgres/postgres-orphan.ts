// What an earlier hub may have left running in the data folder.

import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { HubError } from '../errors.ts'
import { inspectProcess, type ProcessFacts, signalProcess, waitForEnd } from './process-identity.ts'

/** Fast shutdown includes a checkpoint, which takes seconds on a slow disk. */
const fastShutdownMs = 30_000
/** After SIGQUIT the postmaster gives its children five seconds. */
const immediateShutdownMs = 15_000

/** The first lines of "postmaster.pid", which a running PostgreSQL keeps in its data folder. */
export interface PostmasterFile {
  pid: number
  /** Unix time in seconds. */
  startedAt: number
  /** Time of the last change of the file: tells it from that of an earlier server with the same pid, common in containers. */
  writtenAt: number
  /** `starting`, `ready`, `stopping`; `undefined` until it is written. */
  status?: string
}

/** Reads "postmaster.pid"; `undefined` when there is none or it is not complete yet. */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | undefined> {
  const file = path.join(cluster, 'postmaster.pid')
  const facts = await stat(file).catch(() => undefined)
  const text = await readFile(file, 'utf8').catch(() => '')
  const [pid, , startedAt, , , , , status] = text.split('\n').map((line) => line.trim())
  if (!facts || !Number(pid) || !Number(startedAt)) return undefined
  return { pid: Number(pid), startedAt: Number(startedAt), writtenAt: facts.mtimeMs, ...(status ? { status } : {}) }
}

/**
 * Stops a PostgreSQL that still runs on this data: its hub was killed, and its keeper is still at it or was killed too. It is
 * never adopted, since nobody would learn of its end. The caller holds the lock of the data folder.
 *
 * Returns what "postmaster.pid" said, which is stale from now on. PostgreSQL itself would take any process that has this pid for a
 * running server and refuse to start; a pid passed on as `PG_GRANDPARENT_PID` it ignores, while its other check, for shared memory
 * still in use, stays in force. So the file is not deleted here.
 */
export async function stopOrphan(
  cluster: string,
  onStop: (pid: number) => void = () => {},
  deadlines = { fastShutdownMs, immediateShutdownMs },
): Promise<PostmasterFile | undefined> {
  const file = await readPostmasterFile(cluster)
  if (file === undefined) return undefined
  const facts = await inspectProcess(file.pid)
  if (facts === undefined || !isPostgresOf(cluster, file, facts)) return file
  onStop(file.pid)
  await signalProcess(facts, 'SIGINT')
  if (await waitForEnd(facts, deadlines.fastShutdownMs)) return file
  await signalProcess(facts, 'SIGQUIT')
  if (await waitForEnd(facts, deadlines.immediateShutdownMs)) return file
  throw new HubError(
    'unavailable',
    `Cannot stop PostgreSQL (process ${file.pid}) that an earlier hub left running on "${cluster}"`,
  )
}

/**
 * The pid is from the file; program and data path must fit too. On Linux the working folder is proof, as PostgreSQL works in its
 * data folder. Elsewhere the path is looked for in the command, and the start time must fit within a clock's usual corrections.
 */
function isPostgresOf(cluster: string, file: PostmasterFile, facts: ProcessFacts): boolean {
  if (!/^\S*postgres\b/.test(facts.command)) return false
  if (facts.folder !== undefined) return facts.folder === cluster
  const startedAt = Date.parse(`${facts.startMark} UTC`) / 1000
  const isSameStart = Number.isNaN(startedAt) || Math.abs(startedAt - file.startedAt) < 60
  return isSameStart && facts.command.includes(`-D ${cluster} `)
}
