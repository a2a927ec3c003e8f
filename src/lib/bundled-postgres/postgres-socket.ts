// The folder of the Unix socket: nobody else can get at it, and its path is short enough.

import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { HubError } from '../errors.ts'
import { handOver, type PostgresUser } from './postgres-user.ts'

const socketName = '.s.PGSQL.5432'
/** Longest path of a Unix socket in bytes: the field of the system's structure less the closing zero. */
const longestPath = process.platform === 'darwin' ? 103 : 107

/** The folder for a data folder: inside it, or where that path would be too long one of a fixed name in `temporary`. */
export function chooseSocketFolder(dataDir: string, temporary: string = os.tmpdir()): string {
  const inside = path.join(dataDir, 'socket')
  if (Buffer.byteLength(path.join(inside, socketName)) <= longestPath) return inside
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 16)
  return path.join(temporary, `oih-${hash}`)
}

/**
 * Creates the folder, or checks it: others may write to the folder for temporary files, so a symbolic link or another's folder
 * is refused. Removes a socket left behind. The caller holds the lock of the data folder and has stopped any orphan.
 */
export async function prepareSocketFolder(folder: string, user: PostgresUser): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error) => {
    if (error.code !== 'EEXIST') throw error
  })
  const found = await lstat(folder)
  const isOurs = found.uid === process.getuid?.() || found.uid === user.uid
  if (!found.isDirectory() || !isOurs) {
    const wanted = 'it must be a folder of the user of the hub, and no link'
    throw new HubError('unavailable', `Cannot use "${folder}" for the socket of PostgreSQL as ${wanted}: remove it`)
  }
  if ((found.mode & 0o777) !== 0o700) await chmod(folder, 0o700)
  await rm(path.join(folder, socketName), { force: true })
  await rm(path.join(folder, `${socketName}.lock`), { force: true })
  await handOver(user, folder)
}
