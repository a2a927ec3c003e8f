// A PostgreSQL of the hub's own, as a child process that keeps its data in the data folder.

import { mkdir, realpath } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { HubError, messageOf } from '../errors.ts'
import { lockFolder } from './folder-lock.ts'
import { findPostgresBinaries, type PostgresBinaries, readVersion } from './postgres-binaries.ts'
import {
  checkClusterVersion,
  clusterFolder,
  clusterOwner,
  createCluster,
  readPassword,
  superuser,
} from './postgres-cluster.ts'
import { type KeptProcess, type ProcessEnd, startKept } from './postgres-keeper.ts'
import { openPostgresLog, type PostgresLog } from './postgres-log.ts'
import { readPostmasterFile, stopOrphan } from './postgres-orphan.ts'
import { postgresSettings, settingArguments } from './postgres-settings.ts'
import { chooseSocketFolder, prepareSocketFolder } from './postgres-socket.ts'
import {
  choosePostgresUser,
  handOver,
  openFolderTo,
  type PostgresUser,
  type PostgresUserKind,
} from './postgres-user.ts'

const database = 'oih'
/** How long the processes of a killed PostgreSQL may take to notice and end. */
const leftoversMs = 15_000

/** What the bundled PostgreSQL is started with. */
export interface BundledPostgresOptions {
  /** The hub's data folder, created when missing. PostgreSQL uses "postgres", "socket" and files named "postgres…" in it. */
  dataDir: string
  /** Hears what happened, in the manner of pino. */
  logger?: { debug(fields: object, message: string): void; info(fields: object, message: string): void }
  /** Hears a sentence for people when a step begins that may take seconds. */
  onProgress?: (message: string) => void
  /** Further settings of PostgreSQL. Those that guard against loss cannot be changed. */
  settings?: Record<string, string>
  /** Forces the way to run as another user than root. Default: the first one that works. */
  runAs?: PostgresUserKind
  /** Time for a fast shutdown before an immediate one, default 30 s. The immediate one loses nothing, the next start replays. */
  stopDeadlineMs?: number
}

/** A running PostgreSQL. */
export interface BundledPostgres {
  /** URL with the superuser's name and password, for `pg` and for libpq. Secret. */
  url: string
  /** Process id of the postmaster. */
  pid: number
  /** Such as `18.4`. */
  version: string
  /** Ends it and gives up the lock of the data folder. Idempotent; resolves when all its processes have ended. */
  stop(): Promise<void>
  /** Resolves when it has ended, whoever ended it. The lock is held until `stop()`. */
  exited: Promise<ProcessEnd>
}

/**
 * Locks the data folder, stops what an earlier hub left running, creates the data on the first start, and resolves when the
 * database "oih" accepts connections. When this process is killed PostgreSQL shuts down by itself.
 */
export async function startBundledPostgres(options: BundledPostgresOptions): Promise<BundledPostgres> {
  const binaries = await findPostgresBinaries()
  const dataDir = await prepareDataFolder(options.dataDir)
  const lock = await lockFolder(dataDir)
  let log: PostgresLog | undefined
  const release = () => {
    log?.close()
    lock.release()
  }
  try {
    log = openPostgresLog(path.join(dataDir, 'postgres.log'))
    return await startLocked(dataDir, { ...options, binaries, log, release })
  } catch (error) {
    release()
    throw error
  }
}

interface Start extends BundledPostgresOptions {
  binaries: PostgresBinaries
  log: PostgresLog
  release: () => void
}

async function prepareDataFolder(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    return await realpath(dataDir)
  } catch (error) {
    throw new HubError('unavailable', `Cannot create the data folder "${dataDir}": ${messageOf(error)}`, {
      cause: error,
    })
  }
}

async function startLocked(dataDir: string, start: Start): Promise<BundledPostgres> {
  const begin = performance.now()
  const { binaries, log, logger, onProgress } = start
  const user = await choosePostgresUser(await clusterOwner(dataDir), start.runAs)
  await openFolderTo(user, dataDir)
  const version = await readVersion(binaries, user)
  const password = await readPassword(dataDir)
  log.mark()
  if (await clusterOwner(dataDir)) await checkClusterVersion(dataDir, version)
  else {
    onProgress?.(`Creating the data of PostgreSQL ${version} in "${clusterFolder(dataDir)}"`)
    await createCluster(dataDir, password, { binaries, user, log })
  }
  const socketFolder = chooseSocketFolder(dataDir)
  const server = await startServer(dataDir, socketFolder, user, start)
  const address = encodeURIComponent(socketFolder)
  const url = (name: string) => `postgres://${superuser}:${password}@localhost/${name}?host=${address}`
  const stop = stopper(server, start)
  try {
    await waitUntilReady(server, start)
    await ensureDatabase(url)
  } catch (error) {
    await stop()
    throw error
  }
  const tookMs = Math.round(performance.now() - begin)
  logger?.debug({ version, pid: server.pid, user: user.kind, tookMs }, 'PostgreSQL has started')
  return { url: url(database), pid: server.pid, version, stop, exited: server.ended }
}

/** A started postmaster, and its status as it tells it in the data folder, `undefined` until it has taken the folder. */
interface Server extends KeptProcess {
  status(): Promise<string | undefined>
}

/** Clears the place and starts the postmaster; while the processes of a killed one are still ending it tries again. */
async function startServer(dataDir: string, socketFolder: string, user: PostgresUser, start: Start): Promise<Server> {
  const cluster = clusterFolder(dataDir)
  const stale = await stopOrphan(cluster, (pid) => {
    start.logger?.info({ pid }, 'PostgreSQL of an earlier hub is still running')
    start.onProgress?.(`Stopping PostgreSQL (process ${pid}) that an earlier hub left running`)
  })
  await handOver(user, cluster)
  await prepareSocketFolder(socketFolder, user)
  const args = ['-D', cluster, ...settingArguments(postgresSettings(socketFolder, start.settings))]
  const env: Record<string, string> = stale === undefined ? {} : { PG_GRANDPARENT_PID: String(stale.pid) }
  const deadline = performance.now() + leftoversMs
  for (;;) {
    start.log.mark()
    const kept = await startKept(user, start.binaries.postgres, args, { output: start.log.fd, env })
    const status = async () => {
      const file = await readPostmasterFile(cluster)
      return file?.pid === kept.pid && file.writtenAt !== stale?.writtenAt ? (file.status ?? 'starting') : undefined
    }
    const server = { ...kept, status }
    const hasTakenFolder = await pollUntil(server, async () => (await status()) !== undefined)
    const isInUse = !hasTakenFolder && /pre-existing shared memory block/.test(await start.log.tail())
    if (!isInUse || performance.now() > deadline) return server
    await sleep(100)
  }
}

async function waitUntilReady(server: Server, start: Start): Promise<void> {
  const slow = setInterval(() => start.onProgress?.('PostgreSQL is recovering from a crash'), 5_000)
  const isUp = await pollUntil(server, async () => (await server.status()) === 'ready').finally(() =>
    clearInterval(slow),
  )
  if (isUp) return
  const { code, signal } = await server.ended
  const ending = signal === null ? `code ${code}` : `signal ${signal}`
  throw new HubError(
    'unavailable',
    `Cannot start the bundled PostgreSQL: it ended with ${ending}\n${await start.log.tail()}`,
  )
}

/**
 * Looks every few milliseconds until `isDone`, which gives true, or the server has ended, which gives false. There is no deadline:
 * after a crash PostgreSQL replays its log, and to break that off would only begin it anew.
 */
async function pollUntil(server: KeptProcess, isDone: () => Promise<boolean>): Promise<boolean> {
  let hasEnded = false
  server.ended.then(() => {
    hasEnded = true
  })
  for (let waitMs = 2; ; waitMs = Math.min(waitMs * 1.2, 50)) {
    if (hasEnded) return false
    if (await isDone()) return true
    await Promise.race([sleep(waitMs), server.ended])
  }
}

/** Connects once, which proves that clients can, and creates the database on the first start. */
async function ensureDatabase(url: (name: string) => string): Promise<void> {
  if (await tryQuery(url(database), 'SELECT 1')) return
  await tryQuery(url('postgres'), `CREATE DATABASE ${database}`)
}

/** Returns false when the database does not exist. */
async function tryQuery(connectionString: string, query: string): Promise<boolean> {
  const client = new pg.Client({ connectionString })
  try {
    await client.connect()
    await client.query(query)
    return true
  } catch (error) {
    if ((error as { code?: string }).code === '3D000') return false
    throw new HubError('unavailable', `Cannot use the bundled PostgreSQL: ${messageOf(error)}`, { cause: error })
  } finally {
    await client.end()
  }
}

function stopper(server: KeptProcess, { release, stopDeadlineMs = 30_000 }: Start): () => Promise<void> {
  let stopped: Promise<void> | undefined
  async function stop() {
    server.signal('SIGINT')
    const timer = setTimeout(() => server.signal('SIGQUIT'), stopDeadlineMs)
    await server.ended
    clearTimeout(timer)
    release()
  }
  return () => {
    stopped ??= stop()
    return stopped
  }
}
