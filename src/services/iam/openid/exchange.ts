import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import inject from 'light-my-request'
import type { Answer, Method, RouteRequest } from '#lib/http/route'

/** Of a request, what the provider is handed. */
export type ProviderRequest = Pick<RouteRequest, 'headers' | 'url' | 'ip'> & {
  readonly method: Method | string
  /** Below the base: `/token`. */
  readonly path: string
  readonly body?: Buffer
}

/** They belong to the connection, which is the server's. */
const hopHeaders = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'])

/**
 * Has a listener of Node.js, which writes to its response, answer a request of the hub, which is then sent as any other. So all that
 * holds for routes holds for it: limits, deadlines, traces, the way the server stops.
 */
export async function exchange(listener: RequestListener, base: string, request: ProviderRequest): Promise<Answer> {
  const search = request.url.indexOf('?')
  const url = request.path + (search === -1 ? '' : request.url.slice(search))
  const answer = await inject(
    (req, res) => {
      Object.assign(req, { originalUrl: base + url, url })
      listener(req as unknown as IncomingMessage, res as unknown as ServerResponse)
    },
    {
      // The library takes all methods of its routes; those of the hub are among them.
      method: request.method as 'GET',
      url,
      headers: headersOf(request),
      remoteAddress: request.ip,
      ...(request.body && request.body.length > 0 ? { payload: request.body } : {}),
    },
  )
  const headers = Object.entries(answer.headers).filter(([name]) => !hopHeaders.has(name))
  const type = String(answer.headers['content-type'] ?? '')
  const given = Object.fromEntries(headers.map(([name, value]) => [name, Array.isArray(value) ? value : String(value)]))
  if (answer.payload === '') return { status: answer.statusCode, headers: given }
  return { status: answer.statusCode, headers: given, text: answer.payload, type }
}

function headersOf({ headers, body }: ProviderRequest): Record<string, string | string[]> {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || hopHeaders.has(name) || name === 'expect' ? [] : [[name, value] as const],
  )
  return { ...Object.fromEntries(given), ...(body && { 'content-length': String(body.length) }) }
}

/** A request and a response of Node.js for functions that want both and look at headers alone. */
export function bareExchange({ method, headers, url }: Pick<RouteRequest, 'method' | 'headers' | 'url'>): {
  req: IncomingMessage
  res: ServerResponse
} {
  const req = Object.assign(new IncomingMessage(new Socket()), { method, headers, url })
  return { req, res: new ServerResponse(req) }
}
