import type { IncomingHttpHeaders } from 'node:http'

/** What came to a webhook. */
export interface WebhookCall {
  readonly method: string
  /** JSON text of the body, or of the query where there is no body. */
  readonly data: string
  readonly headers: IncomingHttpHeaders
  readonly query: Readonly<Record<string, unknown>>
  readonly url: string
  /** What follows the flow's id in the path. */
  readonly pathSuffix: string | undefined
  readonly requestId: string
}

/** Headers that prove who calls. They are for us, not for the steps, and must not lie in the database. */
const CREDENTIALS = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-auth-token',
])

/** The JSON text of the first step's message; `data` stands in it exactly as it came. */
export function arrivalMessage(call: WebhookCall): string {
  const headers = Object.fromEntries(Object.entries(call.headers).filter(([name]) => !CREDENTIALS.has(name)))
  const beside = JSON.stringify({
    metadata: { source: { name: 'webhooks', type: 'webhook', externalExecId: call.requestId } },
    method: call.method,
    headers,
    query: call.query,
    url: call.url,
    originalUrl: call.url,
    ...(call.pathSuffix === undefined ? {} : { pathSuffix: call.pathSuffix }),
  })
  return `{"data":${call.data},${beside.slice(1)}`
}
