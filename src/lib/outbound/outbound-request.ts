import { OutboundError, quoteUrl } from './outbound-error.ts'

/** One outbound call as its caller states it. */
export interface OutboundRequest {
  /** Any method but CONNECT, TRACE and TRACK; default `GET`. */
  readonly method?: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly credentials?: OutboundCredentials
  readonly body?: string | Uint8Array
  /** Milliseconds for the whole call with all redirects; default and limit are those of the client. */
  readonly timeout?: number
  /** Bytes of the decoded body; default that of the client. */
  readonly maxResponseBytes?: number
  readonly signal?: AbortSignal
}

/** Headers that not everybody may get. None of them may be among those of the call. */
export interface OutboundCredentials {
  readonly headers: Readonly<Record<string, string>>
  /** Whether a URL may get them. Once a redirect has led to one that may not, none behind it gets them either. */
  readonly allows: (url: URL) => boolean
}

/** One request of a call: what is sent to one origin. Header names are in lower case. */
export interface Hop {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Sent beside `headers`; they have passed for this URL. */
  readonly credentials: OutboundCredentials | undefined
  readonly body: string | Uint8Array | undefined
}

const maxHeaderLength = 32 * 1024
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** Visible characters, space and tab of ISO 8859-1: whatever else could end the header or change on the way. */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/
const refusedMethods = new Set(['CONNECT', 'TRACE', 'TRACK'])
/** Say how the message travels on one connection, which is the client's own business. */
const ownHeaders = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
const credentialHeaders = ['authorization', 'cookie', 'cookie2']
const bodyHeaders = ['content-encoding', 'content-language', 'content-location', 'content-type']

/** Checks a call before anything is sent. */
export function firstHop(request: OutboundRequest): Hop {
  const url = checkUrl(request.url)
  const method = (request.method ?? 'GET').toUpperCase()
  if (!token.test(method) || refusedMethods.has(method)) {
    throw invalid(url, `the method must be one of HTTP and not CONNECT, TRACE or TRACK: it is "${method.slice(0, 50)}"`)
  }
  if (request.body !== undefined && (method === 'GET' || method === 'HEAD')) {
    throw invalid(url, `a ${method} request must have no body`)
  }
  const headers = checkHeaders(url, request.headers ?? {})
  return { method, url, headers, credentials: checkCredentials(url, request.credentials, headers), body: request.body }
}

/** The URL, if it may be called at all; its address is checked when the connection is made. */
export function checkUrl(text: string): URL {
  const url = URL.parse(text)
  if (!url) throw new OutboundError('invalid-url', `Cannot call ${quoteUrl(text)} as it must be an absolute URL`)
  const fault = urlFault(url)
  if (fault) throw new OutboundError('invalid-url', `Cannot call ${quoteUrl(url)} as ${fault}`)
  return url
}

function urlFault(url: URL): string | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'the scheme must be http or https'
  if (url.username || url.password) return 'credentials must be in the header "Authorization", not in the URL'
  if (url.href.length > maxHeaderLength) return `the URL must be shorter than ${maxHeaderLength} characters`
  return undefined
}

/**
 * The request that follows a redirect, with the method and body that fetch would send. Credentials stay with their origin, or with whom they
 * allow. Refused are a target that may not be called at all and the way from https to http.
 */
export function nextHop(hop: Hop, status: number, location: string): Hop {
  const target = URL.parse(location, hop.url.href)
  if (!target || urlFault(target)) {
    const detail = target ? urlFault(target) : 'the location must be a URL'
    throw new OutboundError('redirect-refused', `Cannot follow the redirect of ${quoteUrl(hop.url)} as ${detail}`)
  }
  if (hop.url.protocol === 'https:' && target.protocol === 'http:') {
    throw new OutboundError(
      'redirect-refused',
      `Cannot follow the redirect of ${quoteUrl(hop.url)} as it must stay on https`,
    )
  }
  const becomesGet = status === 303 ? hop.method !== 'HEAD' : status < 303 && hop.method === 'POST'
  const dropped = [...(target.origin === hop.url.origin ? [] : credentialHeaders), ...(becomesGet ? bodyHeaders : [])]
  const headers = Object.fromEntries(Object.entries(hop.headers).filter(([name]) => !dropped.includes(name)))
  return {
    method: becomesGet ? 'GET' : hop.method,
    url: target,
    headers,
    credentials: hop.credentials?.allows(target) ? hop.credentials : undefined,
    body: becomesGet ? undefined : hop.body,
  }
}

function checkCredentials(
  url: URL,
  credentials: OutboundCredentials | undefined,
  others: Readonly<Record<string, string>>,
): OutboundCredentials | undefined {
  if (!credentials?.allows(url)) return undefined
  const headers = checkHeaders(url, credentials.headers)
  const twice = Object.keys(headers).find((name) => Object.hasOwn(others, name))
  if (twice) throw invalid(url, `the header "${twice}" must be given once: it is one of the credentials`)
  return { ...credentials, headers }
}

function checkHeaders(url: URL, headers: Readonly<Record<string, string>>): Record<string, string> {
  const checked = new Map<string, string>()
  let length = 0
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    if (!token.test(name)) throw invalid(url, `${JSON.stringify(name.slice(0, 50))} must be a header name`)
    if (ownHeaders.has(lower)) throw invalid(url, `the header "${name}" is set by the client alone`)
    if (checked.has(lower)) throw invalid(url, `the header "${name}" must be given once`)
    if (typeof value !== 'string' || !headerValue.test(value)) {
      throw invalid(url, `the header "${name}" must be a string without line breaks, of ISO 8859-1 characters`)
    }
    checked.set(lower, value)
    length += name.length + value.length
  }
  if (length > maxHeaderLength) throw invalid(url, `the headers must be shorter than ${maxHeaderLength} characters`)
  return Object.fromEntries(checked)
}

function invalid(url: URL, reason: string): OutboundError {
  return new OutboundError('invalid-request', `Cannot call ${quoteUrl(url)} as ${reason}`)
}
