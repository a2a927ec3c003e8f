import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HubError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Principal, TokenLookup } from '../principal.ts'
import { authenticate } from './authentication.ts'
import { problemOf, toHubError } from './problem.ts'
import { problemPage } from './problem-page.ts'
import type { Access } from './route.ts'
import { originOf, type Provenance } from './same-origin.ts'
import { answerUnrouted, type MethodsOf } from './unrouted.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
    /** Served while the server stops, and its access lines are for debugging only. */
    quiet?: boolean
    /** Errors are told to browsers by a page. */
    forBrowsers?: boolean
  }
  interface FastifyRequest {
    principal: Principal | undefined
  }
}

/** What the guard decides by. */
export interface GuardOptions {
  readonly principals: TokenLookup
  readonly methodsOf: MethodsOf
  readonly stopping: () => boolean
}

/** Runs before any body is read. What names no access is refused, so that nothing is open by being forgotten. */
export function guardRequests(server: FastifyInstance, { principals, methodsOf, stopping }: GuardOptions): void {
  server.decorateRequest('principal', undefined)
  server.addHook('onRequest', async (request, reply) => {
    setHeaders(request, reply)
    if (request.is404) return answerUnrouted(request, reply, methodsOf)
    const { access, quiet } = request.routeOptions.config
    if (access === undefined) throw new Error(`Cannot serve "${request.routeOptions.url}" as it names no access`)
    if (stopping() && !quiet) throw new HubError('unavailable', 'The server is stopping: try again')
    request.principal = await authenticate(access, provenanceOf(request), principals)
    return undefined
  })
  // Also on answers to requests that came before: their connections must not be kept for more.
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (stopping()) reply.header('connection', 'close')
    done()
  })
}

/** Behind trusted proxies host and scheme are those that they report. */
export function provenanceOf(request: FastifyRequest): Provenance {
  return new RequestProvenance(request)
}

/** A class for the sake of its getter: that of a literal V8 keeps, and with it the request, until it next collects the whole heap. */
class RequestProvenance implements Provenance {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly #request: FastifyRequest

  constructor(request: FastifyRequest) {
    this.method = request.method
    this.headers = request.headers
    this.#request = request
  }

  /** Told when asked for: few requests need it. */
  get origin(): string | undefined {
    return originOf(this.#request.protocol, this.#request.host)
  }
}

function setHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({
    'x-request-id': request.id,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
  })
}

/** Answers any error as a problem document, or as a page where a browser leads somebody to it. One of ours is logged with the request id, all that the caller gets of it. */
export function createErrorHandler(logger: Logger) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const seen = toHubError(error)
    if (seen.status >= 500) {
      const fields = { requestId: request.id, method: request.method, route: request.routeOptions?.url, err: error }
      if (seen.code === 'internal') logger.error(fields, 'Request failed')
      else logger.warn(fields, 'Request refused as something is not available')
    }
    const { status, headers, json } = problemOf(seen, request.id)
    setHeaders(request, reply)
    reply.code(status).headers(headers)
    if (!isForPeople(request)) return void reply.send(json)
    const page = problemPage(seen, request.id)
    reply.headers(page.headers).type('text/html; charset=utf-8').send(page.html)
  }
}

/** A browser that opens an address asks for HTML before all else; one that calls on behalf of a page does not. */
function isForPeople({ routeOptions, headers: { accept = '' } }: FastifyRequest): boolean {
  return routeOptions?.config.forBrowsers === true && accept.startsWith('text/html')
}
