import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What arrived at the target. */
export interface Arrived {
  readonly at: number
  readonly method: string
  readonly headers: IncomingHttpHeaders
  // biome-ignore lint/suspicious/noExplicitAny: bodies of every form
  readonly body: any
}

/** An application that flows send to. */
export interface HttpTarget {
  readonly url: string
  readonly arrived: readonly Arrived[]
  /** Resolves once so many requests have arrived. */
  received(count: number, withinMs?: number): Promise<readonly Arrived[]>
  stop(): Promise<void>
}

export interface HttpTargetOptions {
  /** Status for a request; default 200. */
  readonly answer?: (request: Arrived, count: number) => number
  /** JSON that a request is answered with; default `{ ok: true }`. */
  readonly content?: (request: Arrived) => unknown
  /** How it writes JSON; default `JSON.stringify`. */
  readonly write?: (content: unknown) => string
  readonly port?: number
}

export async function startHttpTarget({
  answer = () => 200,
  content = () => ({ ok: true }),
  write = JSON.stringify,
  port = 0,
}: HttpTargetOptions = {}): Promise<HttpTarget> {
  const arrived: Arrived[] = []
  const waiting = new Set<() => void>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      const one = {
        at: performance.now(),
        method: request.method ?? '',
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
      }
      arrived.push(one)
      response.writeHead(answer(one, arrived.length), { 'content-type': 'application/json' })
      response.end(write(content(one)))
      for (const look of waiting) look()
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`,
    arrived,
    received: (count, withinMs = 60_000) =>
      new Promise((resolve, reject) => {
        const overtime = setTimeout(() => {
          waiting.delete(look)
          reject(new Error(`Only ${arrived.length} of ${count} requests arrived within ${withinMs} ms`))
        }, withinMs)
        const look = () => {
          if (arrived.length < count) return
          clearTimeout(overtime)
          waiting.delete(look)
          resolve(arrived)
        }
        waiting.add(look)
        look()
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
