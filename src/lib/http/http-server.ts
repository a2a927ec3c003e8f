import type { AddressInfo } from 'node:net'
import fastify, { type FastifyInstance, type InjectOptions, type LightMyRequestResponse } from 'fastify'
import { withDeadline } from '../deadline.ts'
import type { Logger } from '../logger.ts'
import type { TokenLookup } from '../principal.ts'
import type { Metrics } from '../telemetry.ts'
import { answerClientError } from './client-error.ts'
import { createLiveStreams } from './live-streams.ts'
import { checkMounts, patternsOf, registerMounts } from './mounting.ts'
import { registerDocs, registerOpenapi } from './openapi.ts'
import { type Readiness, registerProbes } from './probes.ts'
import { createErrorHandler, guardRequests } from './request-guard.ts'
import { requestIdOf, traceRequests } from './request-trace.ts'
import type { Mount } from './route.ts'
import { registerSite, type StaticSite } from './static-site.ts'
import { createMethodsOf } from './unrouted.ts'
import { createValidation } from './validation.ts'

/** What the `readiness` of a server gives for each part. */
export type { Readiness } from './probes.ts'

/** Bounds of a server, in milliseconds and bytes. */
export interface HttpLimits {
  /** For the headers of a request to arrive; default 15,000. */
  readonly headersTimeout?: number
  /** For a whole request to arrive; default 60,000. */
  readonly requestTimeout?: number
  /** For a connection on which nothing moves; default 120,000. */
  readonly connectionTimeout?: number
  /** For a handler to return; default 60,000. */
  readonly handlerTimeout?: number
  /** For what is under way when the server stops; default 8000. Then connections are cut. */
  readonly stopDeadline?: number
  /** Default 1 MiB. */
  readonly bodyLimit?: number
  /** How often the timeouts of arriving requests are looked at; default 5000. */
  readonly checkInterval?: number
}

/** What `createHttpServer` takes. */
export interface HttpServerOptions {
  readonly logger: Logger
  readonly metrics: Metrics
  readonly principals: TokenLookup
  readonly mounts: readonly Mount[]
  readonly readiness: () => Promise<readonly Readiness[]>
  readonly version: string
  /** Whose `X-Forwarded-*` headers count, as address ranges; empty = nobody's. */
  readonly trustProxy: readonly string[]
  /** Whether `/openapi.json` and `/docs` are served. */
  readonly docs: boolean
  /** Pages for browsers, beside the API. Default: none. */
  readonly site?: StaticSite
  readonly limits?: HttpLimits
  /** Whether answers are checked against their schemas, a mismatch being an internal error; for tests. Default false. */
  readonly checkAnswers?: boolean
}

/** The one HTTP server of a process. */
export interface HttpServer {
  /** Listens; port 0 takes a free one. A second call gives the same promise. */
  start(at: { readonly host: string; readonly port: number }): Promise<{ port: number; address: string }>
  /** Not ready, no new requests, live streams ended, the others finished within the deadline; resolves when all is closed. */
  stop(): Promise<void>
  /** A request from this process, without the network; needs no start. */
  inject(request: InjectOptions): Promise<LightMyRequestResponse>
  /** What `/readyz` says of this server; true until it stops or is told otherwise. */
  setReady(ready: boolean): void
  /** The OpenAPI 3.1 document. */
  openapi(): Promise<object>
}

/** Serves the routes of all mounts under the rules that hold for each: access, validation, problem documents, traces. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  checkMounts(options.mounts)
  const state = { ready: true, stopping: false }
  const live = createLiveStreams()
  const server = assemble(options, live, state)

  const start = once(async (at: { host: string; port: number }) => {
    await server.listen(at)
    // An address of this form is what a server has that listens on a host and port.
    const { port, address } = server.server.address() as AddressInfo
    return { port, address }
  })

  const stop = once(async () => {
    state.stopping = true
    live.endAll()
    const closed = server.close()
    try {
      await withDeadline(closed, options.limits?.stopDeadline ?? 8000, 'Closing the HTTP server')
    } catch (error) {
      options.logger.warn({ err: error }, 'Connections cut as their requests did not end in time')
      server.server.closeAllConnections()
      await closed
    }
  })

  return {
    start,
    stop,
    inject: async (request) => server.inject(request),
    setReady(ready) {
      state.ready = ready
    },
    async openapi() {
      await server.ready()
      return server.swagger()
    },
  }
}

function assemble(
  options: HttpServerOptions,
  live: ReturnType<typeof createLiveStreams>,
  state: { readonly ready: boolean; readonly stopping: boolean },
): FastifyInstance {
  const { logger, metrics, mounts, principals, version, docs, site, limits = {} } = options
  const server = createFastify(options)
  traceRequests(server, logger, metrics)
  guardRequests(server, {
    principals,
    methodsOf: createMethodsOf(patternsOf(mounts, { docs, pages: site?.pages ?? [] })),
    stopping: () => state.stopping,
  })
  registerOpenapi(server, { version, tags: mounts.map(({ tag }) => tag) })
  registerProbes(server, { ...options, accepting: () => state.ready && !state.stopping })
  if (docs) registerDocs(server)
  if (site) registerSite(server, site)
  const { checkAnswers = false } = options
  registerMounts(server, mounts, { ...limits, logger, principals, live, checkAnswers, validation: createValidation() })
  return server
}

function createFastify({ limits = {}, trustProxy, logger }: HttpServerOptions): FastifyInstance {
  const handleError = createErrorHandler(logger)
  const server = fastify({
    logger: false,
    trustProxy: trustProxy.length > 0 ? [...trustProxy] : false,
    bodyLimit: limits.bodyLimit ?? 1_048_576,
    requestTimeout: limits.requestTimeout ?? 60_000,
    connectionTimeout: limits.connectionTimeout ?? 120_000,
    http: {
      headersTimeout: limits.headersTimeout ?? 15_000,
      connectionsCheckingInterval: limits.checkInterval ?? 5000,
    },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1024 },
    forceCloseConnections: 'idle',
    // The guard refuses what arrives while the server stops, with a problem document.
    return503OnClosing: false,
    genReqId: ({ headers }) => requestIdOf(headers),
    clientErrorHandler: answerClientError,
    frameworkErrors: handleError,
  })
  server.setErrorHandler(handleError)
  // Our own validation reports the faults of all parts at once, and answers are serialised as they are.
  server.setValidatorCompiler(() => () => true)
  server.setSerializerCompiler(() => JSON.stringify)
  return server
}

/** The same promise for every call. */
function once<A extends unknown[], T>(action: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let result: Promise<T> | undefined
  return (...args) => {
    result ??= action(...args)
    return result
  }
}
