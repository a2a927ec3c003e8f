/** Why an outbound call failed. */
export type OutboundErrorCode =
  | 'invalid-url'
  | 'invalid-request'
  | 'address-refused'
  | 'redirect-refused'
  | 'too-many-redirects'
  | 'timeout'
  | 'aborted'
  | 'too-large'
  | 'invalid-response'
  | 'unreachable'

const retryableCodes: ReadonlySet<OutboundErrorCode> = new Set(['timeout', 'aborted', 'unreachable'])

/** An outbound call that gave no response. `retryable` says whether the same call may succeed later. */
export class OutboundError extends Error {
  readonly code: OutboundErrorCode

  constructor(code: OutboundErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'OutboundError'
    this.code = code
  }

  get retryable(): boolean {
    return retryableCodes.has(this.code)
  }
}

/** The URL as errors quote it: without query, fragment and credentials, which may hold secrets, and at most 200 characters. */
export function quoteUrl(url: URL | string): string {
  const parsed = typeof url === 'string' ? URL.parse(url) : url
  const text = parsed ? `${parsed.origin === 'null' ? parsed.protocol : parsed.origin}${parsed.pathname}` : String(url)
  return `"${parsed ? text.slice(0, 200) : text.replace(/[?#].*$/s, '').slice(0, 200)}"`
}
