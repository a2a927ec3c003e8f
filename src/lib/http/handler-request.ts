import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { Logger } from '../logger.ts'
import type { Principal } from '../principal.ts'
import { provenanceOf } from './request-guard.ts'
import { traceparentOf } from './request-trace.ts'
import type { Route, RouteRequest } from './route.ts'

/**
 * What a handler is given. What most handlers never look at, above all the signal, is made when it is asked for. A class for the sake of its
 * getters: those of a literal V8 keeps, and with them the request, until it next collects the whole heap.
 */
export class HandlerRequest implements RouteRequest {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  readonly #request: FastifyRequest
  readonly #parent: Logger
  #logger: Logger | undefined
  #aborter: AbortController | undefined
  #aborted: Error | undefined

  constructor(route: Route, request: FastifyRequest, body: unknown, parent: Logger) {
    this.params = request.params ?? {}
    this.query = route.query ? request.query : {}
    this.body = body
    this.#request = request
    this.#parent = parent
  }

  get principal(): Principal | undefined {
    return this.#request.principal
  }

  get requestId(): string {
    return this.#request.id
  }

  get traceparent(): string | undefined {
    return traceparentOf(this.#request.headers)
  }

  get ip(): string {
    return this.#request.ip
  }

  get method(): string {
    return this.#request.method
  }

  get headers(): IncomingHttpHeaders {
    return this.#request.headers
  }

  get origin(): string | undefined {
    return provenanceOf(this.#request).origin
  }

  get url(): string {
    return this.#request.url
  }

  get signal(): AbortSignal {
    this.#aborter ??= new AbortController()
    if (this.#aborted) this.#aborter.abort(this.#aborted)
    return this.#aborter.signal
  }

  get logger(): Logger {
    const { requestId, traceparent } = this
    this.#logger ??= this.#parent.child({ requestId, ...(traceparent ? { traceparent } : {}) })
    return this.#logger
  }

  /** Says to the handler that nobody waits for its answer any more. */
  abort(reason: Error): void {
    this.#aborted ??= reason
    this.#aborter?.abort(this.#aborted)
  }
}
