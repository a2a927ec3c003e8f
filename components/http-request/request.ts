import { TerminalError } from '#lib/errors'
import { OutboundError, type OutboundResponse } from '#lib/outbound/outbound'
import type { HostContext, Message } from '../../src/services/component-orchestrator/component/component.ts'

/** The fields of the action as in component.json. */
export interface RequestFields {
  readonly method?: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly timeout?: number
}

const defaultTimeout = 30_000
const maxRetryAfter = 3_600_000
const withMessageBody = new Set(['POST', 'PUT', 'PATCH'])
/** 408, 425 and 429 ask for another attempt; that of any 5xx may find the other side well again. */
const retryableStatuses = new Set([408, 425, 429])
const retryAfterStatuses = new Set([429, 503])

/**
 * Calls the URL. Only a response with status 2xx is sent on. A failure that may pass by is thrown as an error to be tried again
 * (no earlier than the response's Retry-After), any other one as a `TerminalError`.
 */
export async function process(this: HostContext, message: Message, fields: RequestFields) {
  const response = await call(this, message, fields)
  const body = parseBody(response)
  if (response.status < 200 || response.status > 299) throw failure(fields, response)
  const { metadata, attachments } = message
  return { data: { status: response.status, headers: response.headers, body }, metadata, attachments }
}

async function call(context: HostContext, message: Message, fields: RequestFields): Promise<OutboundResponse> {
  const { method = 'POST', url, timeout = defaultTimeout } = fields
  const given = fields.body === undefined && withMessageBody.has(method) ? message.data : fields.body
  const headers = headersOf(fields, context.idempotencyKey, given !== undefined)
  const body = given === undefined ? {} : { body: encodeBody(given, headers['content-type'] ?? '') }
  try {
    return await context.outbound.request({ method, url, headers, timeout, signal: context.signal, ...body })
  } catch (error) {
    if (error instanceof OutboundError && !error.retryable) throw new TerminalError(error.message, { cause: error })
    throw error
  }
}

/** The fields' headers win over ours. */
function headersOf(fields: RequestFields, idempotencyKey: string, hasBody: boolean): Record<string, string> {
  const own = Object.entries(fields.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
  return {
    accept: 'application/json, */*;q=0.5',
    'idempotency-key': idempotencyKey,
    ...(hasBody ? { 'content-type': 'application/json' } : {}),
    ...Object.fromEntries(own),
  }
}

/** A string is sent as it is when the content type says that it is not JSON. */
function encodeBody(body: unknown, contentType: string): string {
  return typeof body === 'string' && !isJson(contentType) ? body : JSON.stringify(body)
}

function parseBody(response: OutboundResponse): unknown {
  const text = response.body.toString('utf8')
  if (!isJson(String(response.headers['content-type'] ?? ''))) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function isJson(contentType: string): boolean {
  return /^application\/(?:[^;]*\+)?json\b/i.test(contentType.trim())
}

function failure(fields: RequestFields, response: OutboundResponse): Error {
  const { status } = response
  const quoted = response.body.toString('utf8').slice(0, 500)
  const { origin, pathname } = new URL(fields.url)
  const method = fields.method ?? 'POST'
  const text = `${method} "${origin}${pathname}" must be answered with 2xx: the answer is ${status}${quoted && ` ${quoted}`}`
  if (!retryableStatuses.has(status) && status < 500) return new TerminalError(text)
  const retryAfter = retryAfterStatuses.has(status) ? parseRetryAfter(response.headers['retry-after']) : undefined
  return Object.assign(new Error(text), retryAfter === undefined ? {} : { retryAfter })
}

/** Milliseconds; at most an hour, as a server may ask for years. */
function parseRetryAfter(value: string | string[] | undefined): number | undefined {
  if (typeof value !== 'string') return undefined
  const wait = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now()
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), maxRetryAfter)
}
