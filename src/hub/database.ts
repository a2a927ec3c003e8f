import { startBundledPostgres } from '#lib/bundled-postgres/bundled-postgres'
import type { Logger } from '#lib/logger'

/** The PostgreSQL of this process. */
export interface DatabaseServer {
  readonly url: string
  /** Where the data lies, for people. */
  readonly place: string
  /** Resolves with the reason when a server of our own ends unasked. */
  readonly lost: Promise<string>
  stop(): Promise<void>
}

/** Which server, and who hears of it. */
export interface DatabaseServerOptions {
  readonly url: string | undefined
  readonly dataDir: string
  readonly logger: Logger
  readonly onProgress: (message: string) => void
}

/** The server at `url`, or where there is none the bundled one, started in the data folder. */
export async function openDatabaseServer(options: DatabaseServerOptions): Promise<DatabaseServer> {
  if (options.url !== undefined) {
    const { hostname, pathname } = new URL(options.url)
    const place = `PostgreSQL at ${hostname || 'a local socket'}, database ${pathname.slice(1) || '(default)'}`
    return { url: options.url, place, lost: new Promise(() => undefined), stop: async () => undefined }
  }
  const { dataDir, logger, onProgress } = options
  const postgres = await startBundledPostgres({ dataDir, logger, onProgress })
  let stopping = false
  return {
    url: postgres.url,
    place: `${dataDir} (PostgreSQL ${postgres.version}, bundled)`,
    lost: postgres.exited.then((end) =>
      stopping ? new Promise<never>(() => undefined) : `The bundled PostgreSQL has ended: ${JSON.stringify(end)}`,
    ),
    async stop() {
      stopping = true
      await postgres.stop()
    },
  }
}
