import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findEvent, type Payloads, personalKeyword } from '#catalogue'
import { createEventBus, eventBusMigrations } from '#event-bus'
import { createHttpServer, type HttpServer } from '#lib/http/http-server'
import { createLifecycle } from '#lib/lifecycle'
import type { Logger } from '#lib/logger'
import { loadMasterKey } from '#lib/master-key'
import { createMembership } from '#lib/membership'
import { APP_ROLE, migrate } from '#lib/migrate'
import { createPayloadCheck } from '#lib/payload-check'
import { createDatabase } from '#lib/postgres'
import { createMetrics } from '#lib/telemetry'
import type { HubConfig } from './config.ts'
import { openDatabaseServer } from './database.ts'
import { hubMount } from './routes.ts'
import { createServices } from './service-set.ts'

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
  /** Hears a sentence for people when a step begins that may take longer than a second. */
  readonly onProgress: (message: string) => void
}

const COMPONENTS = fileURLToPath(new URL('../../components', import.meta.url))

/** Starts everything in order: database, migrations, bus, services, HTTP. When a part fails those before it are stopped. */
export async function startHub({ config, logger, version, onProgress }: HubOptions): Promise<Hub> {
  const { hub } = config
  const dataDir = resolve(hub.dataDir)
  const database = await openDatabaseServer({ url: hub.databaseUrl, dataDir, logger, onProgress })
  const lifecycle = createLifecycle(logger).add({ name: 'database', stop: database.stop, stopDeadline: 45_000 })
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const masterKey = await loadMasterKey({ text: hub.masterKey, file: join(dataDir, 'master-key') })
    const onError = (err: unknown, context: Record<string, unknown> = {}) =>
      logger.warn({ err, ...context }, 'work failed')
    const db = createDatabase({ url: database.url, role: APP_ROLE, poolSize: hub.databasePool, onIdleError: onError })
    const membership = createMembership({ db, onError })
    const check = createPayloadCheck({ find: findEvent, annotations: [personalKeyword] })
    const bus = createEventBus<Payloads>({ db, membership, check, onError })
    const services = createServices({
      config,
      db,
      bus,
      membership,
      masterKey,
      logger,
      components: COMPONENTS,
      inject: (request) => server.inject(request),
    })
    const server: HttpServer = createHttpServer({
      logger,
      metrics: createMetrics(),
      principals: (token) => services.principals(token),
      mounts: [hubMount(version), ...services.running.flatMap(({ mounts }) => mounts)],
      readiness: async () => [await databaseReadiness(() => db.query('select 1'))],
      version,
      trustProxy: hub.trustProxy,
      docs: true,
    })
    lifecycle
      .add({ name: 'connections', stop: () => db.close() })
      .add({
        name: 'migrations',
        start: () =>
          migrate({
            url: database.url,
            migrations: [eventBusMigrations, ...services.running.map(({ migrations }) => migrations)],
            logger,
          }),
      })
      .add({ name: 'membership', start: () => membership.start(), stop: () => membership.stop() })
      .add({ name: 'event bus', start: () => bus.start(), stop: () => bus.stop() })
      .add({ name: 'first admin', start: () => services.ensureFirstAdmin() })
    for (const { name, start, stop } of services.running) lifecycle.add({ name, start, stop, stopDeadline: 20_000 })
    let address: { port: number; address: string } | undefined
    lifecycle.add({
      name: 'http server',
      async start() {
        address = await server.start({ host: hub.host, port: hub.port })
      },
      stop: () => server.stop(),
    })
    await lifecycle.start()
    const { port = hub.port, address: host = hub.host } = address ?? {}
    return {
      url: `http://${shownHost(host)}:${port}`,
      dataPlace: database.place,
      firstAdmin: services.firstAdmin(),
      lost: database.lost,
      stop: async () => void (await lifecycle.stop()),
    }
  } catch (error) {
    await lifecycle.stop()
    throw error
  }
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
