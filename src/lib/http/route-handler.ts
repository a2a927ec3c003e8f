import type { FastifyReply, FastifyRequest } from 'fastify'
import { DeadlineError } from '../deadline.ts'
import { HubError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { isSame, type TokenLookup } from '../principal.ts'
import { authenticate } from './authentication.ts'
import { HandlerRequest } from './handler-request.ts'
import type { LiveStreams } from './live-streams.ts'
import { provenanceOf } from './request-guard.ts'
import type { Answer, Route, StreamContent } from './route.ts'
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
    const given = new HandlerRequest(route, request, body, logger)
    const answer = await answerInTime({ route, given, reply, ms: handlerTimeout })
    if (options.checkAnswers && answer.body !== undefined) validation.checkAnswer(route, answer.status, answer.body)
    if (answer.stream) watch(answer, { route, request, reply })
    return send(reply, answer)
  }
}

interface Asked {
  readonly route: Route
  readonly given: HandlerRequest
  readonly reply: FastifyReply
  readonly ms: number
}

/** The handler's answer, if it comes in time and before its client goes: else its signal is aborted, and nobody waits for it any more. */
function answerInTime({ route, given, reply, ms }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let over = false
    const giveUp = (reason: HubError) => {
      over = true
      clearTimeout(timer)
      given.abort(reason)
      reject(reason)
    }
    const timer = setTimeout(() => {
      const cause = new DeadlineError('The request', ms)
      giveUp(new HubError('unavailable', cause.message, { cause }))
    }, ms)
    reply.raw.on('close', () => {
      if (!reply.raw.writableFinished)
        giveUp(new HubError('request-timeout', 'The client went before it had its answer'))
    })
    route.handle(given).then(
      (answer) => {
        clearTimeout(timer)
        resolve(answer)
      },
      (err: unknown) => {
        clearTimeout(timer)
        if (over) given.logger.warn({ err }, 'Handler failed after its request had ended')
        reject(err)
      },
    )
  })
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
  if (!route.body) return undefined
  return route.wrappable ? unwrapped(body) : body
}

function unwrapped(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Object.keys(body).join() !== 'data') return body
  const { data } = body as { readonly data: unknown }
  return typeof data === 'object' ? data : body
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
