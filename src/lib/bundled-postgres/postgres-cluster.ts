// The data of the bundled PostgreSQL ("cluster" in its own words) and the password to it.

import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { HubError } from '../errors.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { startKept } from './postgres-keeper.ts'
import type { PostgresLog } from './postgres-log.ts'
import { handOver, type PostgresUser } from './postgres-user.ts'

/** Superuser and owner of everything in the cluster. */
export const superuser = 'oih'
const unfinished = 'postgres.new-'

/** The folder of the cluster within the data folder. */
export function clusterFolder(dataDir: string): string {
  return path.join(dataDir, 'postgres')
}

/** Who owns the cluster, `undefined` before the first start. */
export async function clusterOwner(dataDir: string): Promise<{ uid: number; gid: number } | undefined> {
  const found = await stat(clusterFolder(dataDir)).catch(() => undefined)
  return found && { uid: found.uid, gid: found.gid }
}

/** Refuses the data of another major version: PostgreSQL reads only its own. */
export async function checkClusterVersion(dataDir: string, version: string): Promise<void> {
  const cluster = clusterFolder(dataDir)
  const wanted = version.split('.')[0]
  const found = (await readFile(path.join(cluster, 'PG_VERSION'), 'utf8')).trim()
  if (found === wanted) return
  throw new HubError(
    'unavailable',
    `Cannot start the bundled PostgreSQL ${version} as the data in "${cluster}" must be of version ${wanted}: it is of version ` +
      `${found}. Either start the release of the hub that wrote it, dump its database with pg_dump ${found} and restore the dump into ` +
      `a new data folder, or run a PostgreSQL ${found} on it yourself and set OIH_DATABASE_URL`,
  )
}

/** Reads the superuser's password from its 0600 file; creates it when there is no cluster yet. */
export async function readPassword(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'postgres-password')
  const found = await readFile(file, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (found !== undefined) return found.trim()
  if (await clusterOwner(dataDir)) {
    const cluster = clusterFolder(dataDir)
    throw new HubError(
      'unavailable',
      `Cannot open the data in "${cluster}" as its password must be in "${file}": restore that file`,
    )
  }
  const password = randomBytes(24).toString('base64url')
  await writeFile(`${file}.new`, `${password}\n`, { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
  return password
}

/**
 * Creates the cluster. A crash leaves no half one: initdb works in a folder beside, which gets its name in one step when all is
 * on disk. Leftovers of such crashes are removed. The caller holds the lock of the data folder.
 */
export async function createCluster(
  dataDir: string,
  password: string,
  { binaries, user, log }: { binaries: PostgresBinaries; user: PostgresUser; log: PostgresLog },
): Promise<void> {
  await removeUnfinished(dataDir)
  // A new name each time: an initdb of a killed hub may still be writing for a moment.
  const work = path.join(dataDir, `${unfinished}${randomUUID()}`)
  await mkdir(work, { mode: 0o700 })
  await writeFile(path.join(work, 'password'), password, { mode: 0o600 })
  await handOver(user, work)
  const initdb = await startKept(user, binaries.initdb, initdbArguments(work), { output: log.fd })
  const { code, signal } = await initdb.ended
  if (code !== 0) {
    const ending = signal === null ? `code ${code}` : `signal ${signal}`
    throw new HubError(
      'unavailable',
      `Cannot create the data of PostgreSQL: initdb ended with ${ending}\n${await log.tail()}`,
    )
  }
  await rename(path.join(work, 'data'), clusterFolder(dataDir))
  await rm(work, { recursive: true })
  await using folder = await open(dataDir)
  await folder.sync()
}

async function removeUnfinished(dataDir: string): Promise<void> {
  const names = await readdir(dataDir)
  for (const name of names.filter((name) => name.startsWith(unfinished))) {
    await rm(path.join(dataDir, name), { recursive: true, force: true, maxRetries: 5 })
  }
}

function initdbArguments(work: string): string[] {
  return [
    `--pgdata=${path.join(work, 'data')}`,
    `--username=${superuser}`,
    `--pwfile=${path.join(work, 'password')}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // PostgreSQL's own locale: the same order on every system and after every update of the C library.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--data-checksums',
  ]
}
