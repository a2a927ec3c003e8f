import type { Dispatcher } from 'undici'
import type { Hop } from './outbound-request.ts'
import {
  acceptedEncodings,
  type BodyReader,
  createBodyReader,
  isDecoded,
  type OutboundResponse,
} from './outbound-response.ts'

/** How an exchange is carried out. */
export interface ExchangeOptions {
  readonly dispatcher: Dispatcher
  /** Bytes of the decoded body. */
  readonly maxBytes: number
  /** False where the body is not wanted: the response is then empty, and the connection is closed. */
  readonly hasBody: (status: number, headers: OutboundResponse['headers']) => boolean
  readonly signal: AbortSignal
}

/**
 * Sends one request and reads its response. By undici's own events: its streams and signals take longer than all else in a small
 * exchange. Rejects with the signal's reason, an `OutboundError`, or what the connection or the decoder says.
 */
export async function exchange(hop: Hop, options: ExchangeOptions): Promise<OutboundResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<OutboundResponse>()
  const { dispatcher, signal } = options
  signal.throwIfAborted()
  const { handler, abort } = createHandler(hop, options, resolve, reject)
  const onAbort = () => abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    dispatcher.dispatch(
      {
        origin: hop.url.origin,
        path: hop.url.pathname + hop.url.search,
        method: hop.method as Dispatcher.HttpMethod,
        headers: {
          'accept-encoding': acceptedEncodings,
          'user-agent': 'open-integration-hub',
          ...hop.headers,
          ...hop.credentials?.headers,
        },
        body: hop.body ?? null,
      },
      handler,
    )
    return await promise
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** What undici tells of one request; `abort` ends it at once, also before it has a connection. */
function createHandler(
  hop: Hop,
  { maxBytes, hasBody }: ExchangeOptions,
  resolve: (response: OutboundResponse) => void,
  reject: (error: unknown) => void,
): { handler: Dispatcher.DispatchHandler; abort: (reason: unknown) => void } {
  let connection: Dispatcher.DispatchController | undefined
  let body: BodyReader | undefined
  let ended: Error | undefined
  let complete = false

  function abort(reason: unknown): void {
    reject(reason)
    body?.destroy()
    ended ??= new Error('The exchange has ended')
    connection?.abort(ended)
  }

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(controller) {
      // Thrown, it fails this request alone; an abort would close a connection that others can use.
      if (ended) throw ended
      connection = controller
    },
    onResponseStart(_controller, status, received) {
      // Hints that come before the response.
      if (status < 200) return
      const { headers, encoding } = decodedHeaders(received)
      const respond = (content: Buffer) => resolve({ status, headers, body: content, url: hop.url.href })
      if (!hasBody(status, headers)) {
        respond(Buffer.alloc(0))
        return abort(undefined)
      }
      body = createBodyReader(
        { url: hop.url, encoding, limit: maxBytes },
        {
          onBody(content) {
            respond(content)
            // Nobody is left who would bound what still comes.
            if (!complete) abort(undefined)
          },
          onFault: abort,
        },
      )
    },
    onResponseData(_controller, chunk) {
      if (ended === undefined) body?.write(chunk)
    },
    onResponseEnd() {
      complete = true
      body?.end()
    },
    onResponseError: (_controller, error) => abort(error),
  }
  return { handler, abort }
}

/** The headers as they hold for the decoded body. */
function decodedHeaders(received: Dispatcher.ResponseData['headers']) {
  const { 'content-encoding': encodings, ...headers } = received
  const encoding = typeof encodings === 'string' ? encodings : undefined
  if (isDecoded(encoding)) delete headers['content-length']
  else if (encodings !== undefined) headers['content-encoding'] = encodings
  // Undici types a header as possibly undefined though it never sets one so.
  return { headers: headers as OutboundResponse['headers'], encoding }
}
