import { lookup as systemLookup } from 'node:dns/promises'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import { Agent, buildConnector, errors } from 'undici'
import { messageOf } from '../errors.ts'
import { type AddressPolicy, createAddressPolicy } from './address-policy.ts'
import { OutboundError, quoteUrl } from './outbound-error.ts'
import { type ExchangeOptions, exchange } from './outbound-exchange.ts'
import { firstHop, type Hop, nextHop, type OutboundRequest } from './outbound-request.ts'
import type { OutboundResponse } from './outbound-response.ts'

export { OutboundError, type OutboundErrorCode } from './outbound-error.ts'
export type { OutboundRequest } from './outbound-request.ts'
export type { OutboundResponse } from './outbound-response.ts'

/** All addresses of a host name. */
export type Lookup = (hostname: string) => Promise<{ address: string; family: number }[]>

/** What may be called, and within which limits. */
export interface OutboundOptions {
  /** CIDR ranges that may be called although they are not public. */
  readonly allow?: readonly string[]
  readonly limits?: Partial<OutboundLimits>
  /** Default: the system's, with its hosts file. */
  readonly lookup?: Lookup
  /** Certificates in PEM that are trusted instead of those that come with Node. */
  readonly ca?: string
}

/** Bounds of a call; milliseconds and bytes. */
export interface OutboundLimits {
  /** Milliseconds for a whole call, and the most a caller may ask for; default 30,000 and 60,000. */
  readonly timeout: number
  readonly maxTimeout: number
  /** Bytes of a decoded body; default 10 MiB. */
  readonly maxResponseBytes: number
  /** Default 5. */
  readonly maxRedirects: number
  /** Default 64; further calls to the origin wait for one of them, within their timeout. */
  readonly connectionsPerOrigin: number
  /** Origins with an open connection at a time; default 1,000. An idle connection is closed after 4 s. */
  readonly maxOrigins: number
}

/** The one client for all calls that leave the hub. */
export interface Outbound {
  /**
   * Calls a URL and reads the response, whatever its status. Only addresses of the policy are connected to: every address of the
   * host is checked, and the connection goes to a checked one without a second look-up. Redirects are followed and checked
   * alike. Rejects with an `OutboundError`.
   */
  request(request: OutboundRequest): Promise<OutboundResponse>
  /** Ends all calls with `aborted` and closes all connections. */
  close(): Promise<void>
}

const defaults: OutboundLimits = {
  timeout: 30_000,
  maxTimeout: 60_000,
  maxResponseBytes: 10 * 1024 * 1024,
  maxRedirects: 5,
  connectionsPerOrigin: 64,
  maxOrigins: 1_000,
}

const maxConnectTime = 10_000
const maxHeaderBytes = 16 * 1024
/** How zlib, brotli and zstd say that their input is broken. */
const brokenEncoding = /^(Z_|ERR__|ZSTD_)/
const redirects = new Set([301, 302, 303, 307, 308])

/** Thrown inside the connector, where the URL is not known. */
class RefusedAddress extends Error {}

/** Creates the guarded client. Throws when a range of `allow` cannot be read. */
export function createOutbound(options: OutboundOptions = {}): Outbound {
  const limits = { ...defaults, ...options.limits }
  const policy = createAddressPolicy(options.allow ?? [])
  const closing = new AbortController()
  const agent = new Agent({
    connect: guardedConnector(policy, options.lookup ?? lookupAll, options.ca, closing.signal),
    connections: limits.connectionsPerOrigin,
    maxOrigins: limits.maxOrigins,
    maxHeaderSize: maxHeaderBytes,
    // The deadline of the call covers these.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  let closed: Promise<void> | undefined

  async function request(call: OutboundRequest): Promise<OutboundResponse> {
    const hop = firstHop(call)
    const timeout = Math.min(call.timeout ?? limits.timeout, limits.maxTimeout)
    const ending = endingOf(timeout, [closing.signal, call.signal])
    const maxBytes = call.maxResponseBytes ?? limits.maxResponseBytes
    try {
      return await follow(hop, { dispatcher: agent, hasBody, maxBytes, signal: ending.signal }, limits.maxRedirects)
    } catch (error) {
      if (ending.isLate()) {
        const message = `Cannot call ${quoteUrl(hop.url)} as it must answer within ${timeout} ms`
        throw new OutboundError('timeout', message, { cause: error })
      }
      if (ending.signal.aborted)
        throw new OutboundError('aborted', `Call of ${quoteUrl(hop.url)} was aborted`, { cause: error })
      throw error
    } finally {
      ending.clear()
    }
  }

  return {
    request,
    close() {
      closing.abort()
      closed ??= agent.destroy()
      return closed
    },
  }
}

/** One signal for all that may end a call: those that the platform makes of several cost more than the call's own work. */
function endingOf(timeout: number, signals: readonly (AbortSignal | undefined)[]) {
  const controller = new AbortController()
  const given = signals.filter((signal) => signal !== undefined)
  const onAbort = () => controller.abort()
  const timer = setTimeout(onLate, timeout)
  let late = false
  function onLate(): void {
    late = !controller.signal.aborted
    controller.abort()
  }
  for (const signal of given) {
    if (signal.aborted) controller.abort()
    signal.addEventListener('abort', onAbort, { once: true })
  }
  return {
    signal: controller.signal,
    isLate: () => late,
    clear() {
      clearTimeout(timer)
      for (const signal of given) signal.removeEventListener('abort', onAbort)
    },
  }
}

function hasBody(status: number, { location }: OutboundResponse['headers']): boolean {
  return !(redirects.has(status) && typeof location === 'string')
}

async function follow(first: Hop, options: ExchangeOptions, maxRedirects: number): Promise<OutboundResponse> {
  let hop = first
  for (let count = 0; ; count++) {
    const response = await send(hop, options)
    const { status, headers } = response
    if (hasBody(status, headers)) return response
    if (count === maxRedirects) {
      const message = `Cannot call ${quoteUrl(first.url)} as it must redirect at most ${maxRedirects} times`
      throw new OutboundError('too-many-redirects', message)
    }
    hop = nextHop(hop, status, String(headers.location))
  }
}

async function send(hop: Hop, options: ExchangeOptions): Promise<OutboundResponse> {
  try {
    return await exchange(hop, options)
  } catch (error) {
    throw error instanceof OutboundError ? error : explained(hop.url, error)
  }
}

function explained(url: URL, error: unknown): OutboundError {
  const options = { cause: error }
  if (error instanceof RefusedAddress) {
    const wanted = 'the address must be public or inside OIH_OUTBOUND_ALLOW'
    return new OutboundError('address-refused', `Cannot call ${quoteUrl(url)} as ${wanted}: ${error.message}`, options)
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    const message = `Cannot call ${quoteUrl(url)} as the response headers must be at most ${maxHeaderBytes} bytes`
    return new OutboundError('too-large', message, options)
  }
  if (error instanceof errors.HTTPParserError || brokenEncoding.test(code)) {
    const message = `Cannot read the response of ${quoteUrl(url)} as it must be well-formed HTTP: ${detailOf(error)}`
    return new OutboundError('invalid-response', message, options)
  }
  return new OutboundError('unreachable', `Cannot reach ${quoteUrl(url)}: ${detailOf(error)}`, options)
}

/** Several addresses that all fail make an error without a message of its own. */
function detailOf(error: unknown): string {
  return error instanceof AggregateError ? error.errors.map(messageOf).join(', ') : messageOf(error)
}

function guardedConnector(policy: AddressPolicy, lookup: Lookup, ca: string | undefined, closing: AbortSignal) {
  const connect = buildConnector({
    lookup: guardedLookup(policy, lookup),
    autoSelectFamily: true,
    timeout: maxConnectTime,
    ...(ca === undefined ? {} : { ca }),
    // The types of undici know of no connection whose port comes with each call.
  } as buildConnector.BuildOptions)

  return (target: buildConnector.Options, callback: buildConnector.Callback) => {
    // An address needs no look-up, so the guarded one would not be asked.
    const refusal = isIP(target.hostname) ? policy.refusal(target.hostname) : undefined
    if (refusal) queueMicrotask(() => callback(new RefusedAddress(refusal), null))
    else endOnAbort(closing, (done) => connect(target, done), callback)
  }
}

/** A connection that is still being made when the client is closed would hold up the closing. */
function endOnAbort(
  closing: AbortSignal,
  begin: (done: buildConnector.Callback) => unknown,
  callback: buildConnector.Callback,
) {
  const onAbort = () => socket.destroy(new Error('The client is closed'))
  // The types of undici hide the socket that its connector returns.
  const socket = begin((...result) => {
    closing.removeEventListener('abort', onAbort)
    callback(...result)
  }) as Socket
  closing.addEventListener('abort', onAbort, { once: true })
}

/** Gives the addresses only when all of them may be called: a name that mixes public and private ones is an attack or a mistake. */
function guardedLookup(policy: AddressPolicy, lookup: Lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolveChecked(policy, lookup, hostname).then(
      (addresses) => {
        const [first] = addresses
        if (options.all || !first) callback(null, addresses)
        else callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    )
  }
}

async function resolveChecked(policy: AddressPolicy, lookup: Lookup, hostname: string) {
  const addresses = await lookup(hostname)
  if (addresses.length === 0) throw new Error(`"${hostname}" has no address`)
  for (const { address } of addresses) {
    const refusal = policy.refusal(address)
    if (refusal) throw new RefusedAddress(`"${hostname}" resolves to ${address}, and ${refusal}`)
  }
  return addresses
}

function lookupAll(hostname: string) {
  return systemLookup(hostname, { all: true })
}
