// At most one hub works on a data folder.

import { chmodSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { HubError, messageOf } from '../errors.ts'
import { inspectProcess } from './process-identity.ts'

/** A held lock. `release()` is idempotent; the end of the process releases too, however it comes. */
export interface FolderLock {
  release(): void
}

/** SQLite's code for "another connection holds the lock". */
const SQLITE_BUSY = 5

/**
 * Locks the folder, or throws a `HubError` that names the holder's pid.
 *
 * The lock belongs to the kernel, not to a pid in a file: it goes with its holder, so there is no stale lock to take over, no
 * race between two takers, no reused pid, and two containers with one volume see each other although their pids mean nothing to
 * one another. Node.js offers no file locks itself, so an empty SQLite file is opened and an exclusive transaction kept: SQLite
 * locks it with `fcntl`. Nothing else in this process may open "hub.lock": closing it would drop the lock. The pid in
 * "hub.pid" is there for the message alone.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const database = openLocked(folder)
  if (database === 'busy') {
    const pid = await findHolder(folder)
    const holder = pid === undefined ? 'another process uses it' : `process ${pid} uses it`
    throw new HubError('conflict', `Cannot use the data folder "${folder}" as no other hub may use it: ${holder}`)
  }
  await writeFile(path.join(folder, 'hub.pid'), `${process.pid}\n`, { mode: 0o600 })
  return {
    release() {
      if (database.isOpen) database.close()
    },
  }
}

function openLocked(folder: string): DatabaseSync | 'busy' {
  const file = path.join(folder, 'hub.lock')
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file)
    // A reader of the file could hold the lock too.
    chmodSync(file, 0o600)
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database?.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return 'busy'
    const reason = `the folder must be writable and its file system know locks: ${messageOf(error)}`
    throw new HubError('unavailable', `Cannot lock the data folder "${folder}" as ${reason}`, { cause: error })
  }
}

/** The holder writes its pid just after it has got the lock: look a few times before giving up. */
async function findHolder(folder: string): Promise<number | undefined> {
  for (let turn = 0; turn < 10; turn++) {
    const pid = Number(await readFile(path.join(folder, 'hub.pid'), 'utf8').catch(() => ''))
    if (pid > 0 && (await inspectProcess(pid))) return pid
    await sleep(20)
  }
  return undefined
}
