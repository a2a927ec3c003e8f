import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { newId } from '../id.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../telemetry.ts'

/** The caller's `x-request-id` if it is a plain word, so that it cannot forge log lines; else a new UUIDv7. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : newId()
}

const traceparentForm = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/** The W3C trace context of the caller, if it is well formed. */
export function traceparentOf(headers: IncomingHttpHeaders): string | undefined {
  const given = headers.traceparent
  return typeof given === 'string' && traceparentForm.test(given) ? given : undefined
}

/** Stands for the route in lines and measures when no route was found: paths are the callers', and would never end. */
const unmatched = 'unmatched'
/** What is recorded for a client that went before it had its answer. */
const clientGone = 499

/** Writes one line and one measure for every request; neither holds its query, its body or, if unmatched, its path. */
export function traceRequests(server: FastifyInstance, logger: Logger, metrics: Metrics): void {
  const record = (request: FastifyRequest, status: number, ms: number) => {
    const { method, is404, routeOptions } = request
    const route = (is404 ? undefined : routeOptions.url) ?? unmatched
    metrics.httpDuration.observe({ method, route, status }, ms / 1000)
    const fields = { requestId: request.id, method, route, status, ms: Math.round(ms * 10) / 10 }
    logger.debug(fields, 'Request served')
  }
  // Not by the framework's hooks for the end: they cost more, and hear nothing of a client that goes when its body has been read.
  server.addHook('onRequest', (request, reply, done) => {
    const begunAt = performance.now()
    let status = clientGone
    reply.raw.on('finish', () => {
      status = reply.statusCode
    })
    reply.raw.on('close', () => record(request, status, performance.now() - begunAt))
    done()
  })
}
