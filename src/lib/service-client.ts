import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { Pool } from 'undici'
import { DeadlineError, withDeadline } from './deadline.ts'
import { type ErrorCode, errorCatalogue, type Fault, HubError, messageOf } from './errors.ts'
import type { Method } from './http/route.ts'

/** A request as a transport takes it. */
export interface TransportRequest {
  readonly method: Method
  /** Begins with "/", query included. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly signal: AbortSignal
}

/** The whole answer. */
export interface TransportResponse {
  readonly status: number
  readonly body: string
}

/** How a request gets to the hub. Follows no redirects, and throws when an answer is larger than its limit. */
export interface Transport {
  send(request: TransportRequest): Promise<TransportResponse>
  /** Resolves when no connection is left. */
  stop(): Promise<void>
}

const largestAnswer = 16 * 1_048_576

/** Straight into a server of this process; it may be made after the transport: `injectTransport((r) => server.inject(r))`. */
export function injectTransport(
  inject: (request: InjectOptions) => Promise<LightMyRequestResponse>,
  options: { readonly maxBytes?: number } = {},
): Transport {
  const { maxBytes = largestAnswer } = options
  return {
    async send({ method, path, headers, body, signal }) {
      const payload = body === undefined ? {} : { payload: body }
      const answer = await inject({ method, url: path, headers: { ...headers }, signal, ...payload })
      if (answer.rawPayload.length > maxBytes) throw tooLarge(maxBytes)
      return { status: answer.statusCode, body: answer.body }
    },
    async stop() {},
  }
}

/** Over HTTP to the hub at `baseUrl`, which may have a path. */
export function networkTransport(options: {
  readonly baseUrl: string
  readonly connections?: number
  readonly maxBytes?: number
}): Transport {
  const { connections = 32, maxBytes = largestAnswer } = options
  const base = new URL(options.baseUrl)
  const prefix = base.pathname.replace(/\/$/, '')
  const pool = new Pool(base.origin, { connections })
  let stopped: Promise<void> | undefined
  return {
    async send({ method, path, headers, body = null, signal }) {
      const answer = await pool.request({ method, path: prefix + path, headers, body, signal })
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of answer.body) {
        size += chunk.length
        if (size > maxBytes) throw tooLarge(maxBytes)
        chunks.push(chunk)
      }
      return { status: answer.statusCode, body: Buffer.concat(chunks).toString('utf8') }
    },
    stop() {
      stopped ??= pool.close()
      return stopped
    },
  }
}

function tooLarge(maxBytes: number): Error {
  return new Error(`The answer must not be larger than ${maxBytes} bytes`)
}

/** What `createServiceClient` takes. */
export interface ServiceClientOptions {
  readonly transport: Transport
  /** The service's own token, used unless a call brings the caller's. */
  readonly token: () => Promise<string> | string
  /** Whether the calling code holds a transaction open: waiting for another service inside one is refused. */
  readonly insideTransaction: () => boolean
  /** Milliseconds for a whole call; default 5000. */
  readonly deadline?: number
}

/** One call of another service. */
export interface ServiceCall {
  readonly method: Method
  readonly path: string
  /** Sent as JSON. */
  readonly body?: unknown
  /** The caller's token, to act in its name. */
  readonly token?: string
  readonly requestId?: string
  readonly traceparent?: string
}

/** The other services of the hub, by their public API. */
export interface ServiceClient {
  /**
   * Resolves with any 2xx answer, its JSON parsed (`undefined` when empty). An error answer is thrown as the `HubError` it
   * was there; an answer that does not come, or is none of ours, as `unavailable`.
   */
  request(call: ServiceCall): Promise<{ status: number; body: unknown }>
}

/** Calls the public API of another service, alike in one process and between processes. */
export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  const { transport, insideTransaction, deadline = 5000 } = options

  async function send(call: ServiceCall, signal: AbortSignal): Promise<TransportResponse> {
    const { method, path, body } = call
    const headers = headersOf(call, call.token ?? (await options.token()))
    return transport.send({
      method,
      path,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    })
  }

  async function request(call: ServiceCall): Promise<{ status: number; body: unknown }> {
    const name = `"${call.method} ${call.path.split('?')[0]}"`
    if (insideTransaction()) throw new Error(`Cannot call ${name} as no transaction must be open: one is`)
    if (!call.path.startsWith('/')) throw new Error(`Cannot call ${name} as its path must begin with "/"`)
    const overtime = new AbortController()
    try {
      return answerOf(await withDeadline(send(call, overtime.signal), deadline, `The call ${name}`), name)
    } catch (error) {
      if (error instanceof DeadlineError) overtime.abort(error)
      if (error instanceof HubError) throw error
      throw new HubError('unavailable', `Cannot call ${name}: ${messageOf(error)}`, { cause: error })
    }
  }

  return { request }
}

function headersOf({ body, requestId, traceparent }: ServiceCall, token: string): Record<string, string> {
  return {
    accept: 'application/json',
    authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
    ...(traceparent === undefined ? {} : { traceparent }),
  }
}

function answerOf({ status, body: text }: TransportResponse, name: string): { status: number; body: unknown } {
  const body = text === '' ? undefined : parse(text, name)
  if (status >= 200 && status < 300) return { status, body }
  throw problemError(body) ?? new Error(`the answer must be 2xx or a problem document: its status is ${status}`)
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new HubError('unavailable', `Cannot read the answer to ${name} as it must be JSON`, { cause })
  }
}

/** The error that a problem document tells of; `undefined` when it is no such document. */
function problemError(body: unknown): HubError | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { code, detail, errors } = body as { code?: unknown; detail?: unknown; errors?: unknown }
  if (!isErrorCode(code) || typeof detail !== 'string') return undefined
  const faults = Array.isArray(errors)
    ? errors.filter(isFault).map(({ field, message }) => faultOf(field, message))
    : []
  return new HubError(code, detail, { faults })
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCatalogue, code)
}

function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string'
}

function faultOf(field: unknown, message: string): Fault {
  return typeof field === 'string' ? { field, message } : { message }
}
