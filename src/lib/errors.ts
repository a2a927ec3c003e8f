/**
 * Every error that a caller may see, by its stable code. The HTTP status is decided here and nowhere else; any error that is
 * not a `HubError` becomes `internal` outside and is logged inside.
 */
export const errorCatalogue = {
  'bad-request': { status: 400, title: 'The request is malformed' },
  'invalid-body': { status: 400, title: 'The body does not have the required form' },
  'invalid-parameter': { status: 400, title: 'A parameter does not have the required form' },
  unauthenticated: { status: 401, title: 'Authentication is required' },
  'login-failed': { status: 401, title: 'The login was refused' },
  forbidden: { status: 403, title: 'The permission is missing' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time' },
  conflict: { status: 409, title: 'The state of the thing does not allow this' },
  'incompatible-schema': { status: 409, title: 'The change would break what the schema has promised' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The content type is not supported' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The request headers are too large' },
  internal: { status: 500, title: 'Internal error' },
  unavailable: { status: 503, title: 'The service is not available at the moment' },
} as const satisfies Record<string, { status: number; title: string }>

/** One of the codes of the catalogue. */
export type ErrorCode = keyof typeof errorCatalogue

/** One fault in the input: `field` is the path as the caller wrote it (`graph.nodes[0].id`), `message` one sentence. */
export interface Fault {
  field?: string
  message: string
}

/**
 * An error meant for the caller. `message` becomes the problem document's `detail`; `faults` its `errors`; `report`, JSON that says more
 * than sentences can, its `report`; `retryAfter` (whole seconds) its `Retry-After` header.
 */
export class HubError extends Error {
  readonly code: ErrorCode
  readonly faults: readonly Fault[]
  readonly report: object | undefined
  readonly retryAfter: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { faults?: readonly Fault[]; report?: object; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'HubError'
    this.code = code
    this.faults = options.faults ?? []
    this.report = options.report
    this.retryAfter = options.retryAfter
  }

  get status(): number {
    return errorCatalogue[this.code].status
  }
}

/** The refusal of one field of a body: `Field "name" must …`, `reason` being what follows the name. */
export function fieldError(code: ErrorCode, field: string, reason: string): HubError {
  const message = `Field "${field}" ${reason}`
  return new HubError(code, message, { faults: [{ field, message }] })
}

/** Thrown by an event handler or a step when a retry cannot help: the work is dead-lettered or failed at once. */
export class TerminalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TerminalError'
  }
}

/** Thrown where work cannot be begun for want of room: it is to be begun again later, and no attempt at it was made. */
export class BusyError extends Error {
  /** Milliseconds after which to try again. */
  readonly retryAfter: number

  constructor(message: string, retryAfter: number) {
    super(message)
    this.name = 'BusyError'
    this.retryAfter = retryAfter
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
