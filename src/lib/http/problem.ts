import { Type } from 'typebox'
import { type ErrorCode, errorCatalogue, HubError } from '../errors.ts'
import { ConnectionLostError } from '../postgres.ts'

/** The body of every error answer (RFC 9457). `message` and `errors` are what clients of the existing hub read. */
export const problemSchema = Type.Object(
  {
    type: Type.String({ description: 'urn:oih:error:<code>' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.Enum(Object.keys(errorCatalogue) as ErrorCode[], { description: 'Stable; decide by this' }),
    instance: Type.String({ description: 'The id of the request' }),
    message: Type.String({ description: 'The same as detail' }),
    errors: Type.Array(
      Type.Object({
        message: Type.String(),
        field: Type.Optional(Type.String({ description: 'Path into the input: graph.nodes[0].id' })),
        code: Type.String(),
      }),
      { minItems: 1 },
    ),
    report: Type.Optional(
      Type.Object(
        {},
        { additionalProperties: true, description: 'What else is known, in a form that the route tells of' },
      ),
    ),
  },
  { $id: 'Problem', title: 'Problem', description: 'What went wrong, as a problem document' },
)

/** An error answer, ready to be sent. */
export interface Problem {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** A problem document as JSON text. */
  readonly json: string
}

/** The content type of every error answer. */
export const problemType = 'application/problem+json; charset=utf-8'

/** Writes an error as the answer to the request `instance`. */
export function problemOf(error: HubError, instance: string): Problem {
  const { code, status, message, report } = error
  const { title } = errorCatalogue[code]
  const faults = error.faults.length > 0 ? error.faults : [{ message }]
  const errors = faults.map((fault) => ({ ...fault, code }))
  const document = {
    ...{ type: `urn:oih:error:${code}`, title, status, detail: message, code, instance, message, errors },
    ...(report && { report }),
  }
  return { status, headers: headersOf(error), json: JSON.stringify(document) }
}

function headersOf({ code, retryAfter }: HubError): Record<string, string> {
  const seconds = retryAfter ?? (code === 'unavailable' ? 1 : undefined)
  return {
    'content-type': problemType,
    ...(seconds === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(seconds))) }),
    ...(code === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
  }
}

const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'bad-request',
  404: 'not-found',
  408: 'request-timeout',
  413: 'too-large',
  414: 'bad-request',
  415: 'unsupported-media-type',
  431: 'headers-too-large',
  503: 'unavailable',
}

/**
 * The error as the caller may see it. A `HubError` stays; the framework's own refusals get our codes; a lost database is
 * `unavailable`; what two requests at once have come to is `unavailable` or a `conflict`; anything else is `internal` without detail, to be logged.
 */
export function toHubError(error: unknown): HubError {
  if (error instanceof HubError) return error
  if (isConnectionFailure(error)) {
    return new HubError('unavailable', 'The service is not available at the moment: try again', { cause: error })
  }
  const race = raceOf(error)
  if (race) return race
  const code = frameworkCode(error)
  if (code && error instanceof Error) return new HubError(code, errorCatalogue[code].title, { cause: error })
  return new HubError('internal', 'The request failed for a reason inside the hub', { cause: error })
}

/** What came of two requests at once: nothing was done, and nobody is to blame. By SQLSTATE. */
function raceOf(error: unknown): HubError | undefined {
  const { code, severity } = fieldsOf(error)
  if (severity === undefined) return undefined
  if (code === '40P01' || code === '40001') {
    return new HubError('unavailable', 'Another request was in the way: try again', { cause: error })
  }
  if (code !== '23503') return undefined
  return new HubError('conflict', 'Something that this refers to was deleted at the same moment', { cause: error })
}

function frameworkCode(error: unknown): ErrorCode | undefined {
  const { code, statusCode } = fieldsOf(error)
  return typeof code === 'string' && code.startsWith('FST_') ? codeByStatus[Number(statusCode)] : undefined
}

const lostConnection = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND'])

/**
 * Whether the database could not be reached or cannot serve: SQLSTATE classes 08 (connection), 53 (resources) and 57P (shut
 * down or starting), a socket that is gone, or the driver's own words, which carry no code.
 */
function isConnectionFailure(error: unknown): boolean {
  if (error instanceof ConnectionLostError) return true
  const { code, syscall, message } = fieldsOf(error)
  if (typeof code === 'string') {
    if (lostConnection.has(code)) return true
    if (code === 'ENOENT') return syscall === 'connect'
    if (/^(?:08|53|57P)[0-9A-Z]{2,3}$/.test(code) && code.length === 5) return true
  }
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isConnectionFailure)
  return typeof message === 'string' && /^Connection terminated|^timeout exceeded when trying to connect/.test(message)
}

function fieldsOf(error: unknown): Readonly<Record<string, unknown>> {
  return typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {}
}
