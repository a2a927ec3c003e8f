import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findEvent, type Payloads, personalKeyword } from '#catalogue'
import { createEventBus, eventBusMigrations } from '#event-bus'
import { messageOf } from '#lib/errors'
import { createHttpServer, type HttpServer } from '#lib/http/http-server'
import { createLifecycle, type Lifecycle } from '#lib/lifecycle'
import type { Logger } from '#lib/logger'
import type { KeySource } from '#lib/master-key/key'
import { createKeyRing } from '#lib/master-key/key-ring'
import { createKeyRotation } from '#lib/master-key/key-rotation'
import { keySource } from '#lib/master-key/key-source'
import { createMembership } from '#lib/membership'
import { APP_ROLE, migrate } from '#lib/migrate'
import { createPayloadCheck } from '#lib/payload-check'
import { createDatabase } from '#lib/postgres'
import { createMetrics } from '#lib/telemetry'
import type { HubConfig } from './config.ts'
import { consoleSite } from './console.ts'
import { openDatabaseServer } from './database.ts'
import { announcePublicUrl } from './public-url.ts'
import { hubMount } from './routes.ts'
import { sealedTables } from './sealed-tables.ts'
import { createServices, type ServiceSetOptions } from './service-set.ts'

/** A hub that serves. */
export interface Hub {
  /** Address of the HTTP server. */
  readonly url: string
  /** Where the data lies, for people. */
  readonly dataPlace: string
  /** The first administrator, if this start created one; the password only if it was generated. */
  readonly firstAdmin: { readonly username: string; readonly password?: string } | undefined
  /** Resolves with the reason when the hub cannot go on. */
  readonly lost: Promise<string>
  stop(): Promise<void>
}

/** What a hub is started with. */
export interface HubOptions {
  readonly config: HubConfig
  readonly logger: Logger
  readonly version: string
  /** Aborted when the process is asked to end while it starts. */
  readonly signal: AbortSignal
  /** Hears a sentence for people when a step begins that may take longer than a second. */
  readonly onProgress: (message: string) => void
}

const COMPONENTS = fileURLToPath(new URL('../../components', import.meta.url))

/** Starts everything in order: database, migrations, bus, services, HTTP. When a part fails those before it are stopped. */
export async function startHub(options: HubOptions): Promise<Hub> {
  const { config, logger, signal, onProgress } = options
  const dataDir = resolve(config.hub.dataDir)
  const database = await openDatabaseServer({ url: config.hub.databaseUrl, dataDir, logger, onProgress })
  const lifecycle = createLifecycle(logger).add({ name: 'database', stop: database.stop, stopDeadline: 45_000 })
  const abandon = () => void lifecycle.stop()
  signal.addEventListener('abort', abandon)
  try {
    signal.throwIfAborted()
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const { masterKey: current, masterKeyPrevious: former } = config.hub
    const keys = keySource({ current, former: former?.split(','), file: join(dataDir, 'master-key') })
    const { services, address } = addParts(lifecycle, options, { databaseUrl: database.url, keys })
    await lifecycle.start()
    return {
      url: address(),
      dataPlace: database.place,
      firstAdmin: services.firstAdmin(),
      lost: database.lost,
      stop: async () => void (await lifecycle.stop()),
    }
  } catch (error) {
    await lifecycle.stop()
    // What throws before the parts are begun leaves the server to us.
    await database.stop()
    throw error
  } finally {
    signal.removeEventListener('abort', abandon)
  }
}

interface Ground {
  readonly databaseUrl: string
  readonly keys: KeySource
}

/** Adds everything that stands on the database, in the order in which it starts. */
function addParts(lifecycle: Lifecycle, { config, logger, version }: HubOptions, { databaseUrl, keys }: Ground) {
  const { hub } = config
  const onError = (err: unknown, context: Record<string, unknown> = {}) =>
    logger.warn({ err, ...context }, 'work failed')
  const connect = (poolSize: number) =>
    createDatabase({ url: databaseUrl, role: APP_ROLE, poolSize, onIdleError: onError })
  const db = connect(hub.databasePool)
  // Of its own: when all connections are busy, this process must not be taken for dead.
  const heart = connect(1)
  const membership = createMembership({ db: heart, onError })
  const check = createPayloadCheck({ find: findEvent, annotations: [personalKeyword] })
  const bus = createEventBus<Payloads>({ db, membership, check, onError })
  const masterKey = createKeyRing({ db, source: keys })
  const rotation = createKeyRotation({ db, membership, ring: masterKey, tables: sealedTables, logger })
  const inject: ServiceSetOptions['inject'] = (request) => server.inject(request)
  let url = ''
  const publicUrl = () => hub.publicUrl ?? url
  const ground = { config, db, bus, membership, masterKey, logger, components: COMPONENTS, inject, publicUrl }
  const services = createServices(ground)
  const server: HttpServer = createHttpServer({
    logger,
    metrics: createMetrics(),
    principals: (token) => services.principals(token),
    mounts: [hubMount(version, rotation), ...services.running.flatMap(({ mounts }) => mounts)],
    readiness: async () => [await databaseReadiness(() => db.query('select 1'))],
    version,
    trustProxy: hub.trustProxy,
    docs: true,
    site: consoleSite,
  })
  // The bus's window has those of the bus.
  const migrations = [...new Set([eventBusMigrations, ...services.running.map((service) => service.migrations)])]
  lifecycle
    .add({ name: 'connections', stop: () => Promise.all([db.close(), heart.close()]) })
    .add({ name: 'migrations', start: () => prepare({ url: databaseUrl, migrations, logger }, hub.databaseUrl) })
    .add({ name: 'membership', start: () => membership.start(), stop: () => membership.stop() })
    .add({ name: 'master key', start: () => rotation.start(), stop: () => rotation.stop() })
    .add({ name: 'event bus', start: () => bus.start(), stop: () => bus.stop() })
    .add({ name: 'first admin', start: () => services.ensureFirstAdmin() })
  for (const { name, start, stop } of services.running) lifecycle.add({ name, start, stop, stopDeadline: 20_000 })
  lifecycle.add({
    name: 'http server',
    async start() {
      url = await listen(server, hub)
    },
    stop: () => server.stop(),
  })
  if (hub.services.includes('iam')) {
    lifecycle.add({ name: 'public address', start: () => announcePublicUrl({ db, membership, logger }, publicUrl()) })
  }
  return { services, address: () => url }
}

async function prepare(options: Parameters<typeof migrate>[0], given: string | undefined): Promise<void> {
  await migrate(options).catch((error: unknown) => {
    throw new Error(`Cannot prepare the database${given ? ' of OIH_DATABASE_URL' : ''}: ${messageOf(error)}`)
  })
}

/** Resolves to the address for people. */
async function listen(server: HttpServer, { host, port }: HubConfig['hub']): Promise<string> {
  const bound = await server.start({ host, port }).catch((cause: NodeJS.ErrnoException) => {
    const reason = LISTEN_FAULTS[cause.code ?? ''] ?? cause.message
    throw new Error(`Cannot listen on ${host}:${port} (OIH_HOST, OIH_PORT): ${reason}`)
  })
  return `http://${shownHost(bound.address)}:${bound.port}`
}

const LISTEN_FAULTS: Record<string, string> = {
  EADDRINUSE: 'another process has the port',
  EACCES: 'this user may not take the port',
  EADDRNOTAVAIL: 'this machine does not have the address',
}

async function databaseReadiness(look: () => Promise<unknown>) {
  try {
    await look()
    return { name: 'database', ok: true }
  } catch {
    return { name: 'database', ok: false, detail: 'The database does not answer' }
  }
}

function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
