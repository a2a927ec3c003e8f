import type { FastifyReply, FastifyRequest } from 'fastify'
import { DeadlineError, withDeadline } from '../deadline.ts'
import { HubError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { isSame, type TokenLookup } from '../principal.ts'
import { authenticate } from './authentication.ts'
import type { LiveStreams } from './live-streams.ts'
import { provenanceOf } from './request-guard.ts'
import { goneController, traceparentOf } from './request-trace.ts'
import type { Answer, Route, RouteRequest, StreamContent } from './route.ts'
import type { Validation } from './validation.ts'

/** What the handlers of one server share. */
export interface RouteHandlerOptions {
  readonly logger: Logger
  readonly validation: Validation
  readonly live: LiveStreams
  readonly principals: TokenLookup
  /** Milliseconds a handler may take; default 60,000. */
  readonly handlerTimeout?: number
  readonly checkAnswers?: boolean
}

interface Served {
  readonly route: Route
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

/** Makes what runs for a route once access is granted and the body is read: check, handle, answer. */
export function createRouteHandler(options: RouteHandlerOptions): (route: Route) => Handler {
  const { handlerTimeout = 60_000, validation, logger } = options
  const watch = ({ stream, live }: StreamContent, { route, request, reply }: Served) => {
    if (request.method === 'HEAD') stream.destroy()
    else if (live) options.live.add(stream, reply, () => isStillAllowed(route, request, options.principals))
  }
  return (route) => async (request, reply) => {
    checkQueryText(request.url)
    await authenticateAgain(route, request, options.principals)
    const body = bodyOf(route, request.body)
    const size = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY)
    validation.checkRequest(route, { params: request.params, query: request.query, body, size })
    const controller = goneController(reply)
    const work = route.handle(requestOf(route, request, { body, signal: controller.signal, logger }))
    const answer = await withDeadline(work, handlerTimeout, 'The request', controller.signal).catch(
      (error: unknown) => {
        if (!(error instanceof DeadlineError || controller.signal.aborted)) throw error
        controller.abort(error)
        // Nobody waits for the handler any more, and how it ends must be known all the same.
        work.catch((err) => logger.warn({ requestId: request.id, err }, 'Handler failed after its request had ended'))
        throw error instanceof DeadlineError ? new HubError('unavailable', error.message, { cause: error }) : error
      },
    )
    if (options.checkAnswers && answer.body !== undefined) validation.checkAnswer(route, answer.status, answer.body)
    if (answer.stream) watch(answer, { route, request, reply })
    return send(reply, answer)
  }
}

/** A caller can take a minute to send a body, and rights that it had when it began may be gone by its end. */
async function authenticateAgain(route: Route, request: FastifyRequest, lookup: TokenLookup): Promise<void> {
  if (request.principal === undefined || request.body === undefined) return
  request.principal = await authenticate(route.permission, provenanceOf(request), lookup)
}

/** The router leaves what it cannot decode as it is: a caller gets told instead. */
function checkQueryText(url: string): void {
  const start = url.indexOf('?')
  if (start === -1) return
  try {
    decodeURIComponent(url.slice(start + 1))
  } catch (cause) {
    throw new HubError('bad-request', 'The query must be percent-encoded UTF-8', { cause })
  }
}

function bodyOf(route: Route, body: unknown): unknown {
  if (route.rawBody) return body ?? Buffer.alloc(0)
  return route.body ? body : undefined
}

interface Given {
  readonly body: unknown
  readonly signal: AbortSignal
  readonly logger: Logger
}

function requestOf(route: Route, request: FastifyRequest, { body, signal, logger }: Given): RouteRequest {
  const { id: requestId, ip, principal } = request
  const traceparent = traceparentOf(request.headers)
  let own: Logger | undefined
  return {
    params: request.params ?? {},
    query: route.query ? request.query : {},
    body,
    principal,
    requestId,
    traceparent,
    ip,
    method: request.method,
    headers: request.headers,
    get origin() {
      return provenanceOf(request).origin
    },
    url: request.url,
    signal,
    // Made when first used: most requests log nothing of their own.
    get logger() {
      own ??= logger.child({ requestId, ...(traceparent ? { traceparent } : {}) })
      return own
    },
  }
}

/**
 * Whether the caller of a stream may still have it, as the same one: what it shows was chosen for the tenant and the permissions that it
 * had.
 */
async function isStillAllowed({ permission }: Route, request: FastifyRequest, lookup: TokenLookup): Promise<boolean> {
  const principal = await authenticate(permission, provenanceOf(request), lookup)
  return principal === undefined || request.principal === undefined
    ? principal === request.principal
    : isSame(principal, request.principal)
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status).headers(answer.headers ?? {})
  if (answer.stream) return reply.type(answer.type).send(answer.stream.destroyed ? undefined : answer.stream)
  if (answer.text !== undefined) return reply.type(answer.type).send(answer.text)
  const json = answer.json ?? (answer.body === undefined ? undefined : JSON.stringify(answer.body))
  return json === undefined ? reply.send() : reply.type('application/json; charset=utf-8').send(json)
}
