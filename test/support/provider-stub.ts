import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** A request that came to the provider. */
export interface ProviderCall {
  /** From 1. */
  readonly number: number
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly text: string
  readonly form: URLSearchParams
}

/** How the provider answers: with a body as JSON, or in any way that the test likes. */
export type ProviderAnswer = (call: ProviderCall, response: ServerResponse) => unknown

/** A provider that does what a test tells it, good or evil. */
export interface ProviderStub {
  readonly url: string
  readonly calls: readonly ProviderCall[]
  /** What happens from now on. */
  answer: ProviderAnswer
  /** Resolves once so many calls have come. */
  received(count: number): Promise<void>
}

/** Tokens as providers give them; each call gets others. */
export function tokens({ number }: ProviderCall, more: object = {}): object {
  const own = { access_token: `access-token-${number}`, refresh_token: `refresh-token-${number}` }
  return { ...own, expires_in: 3_600, token_type: 'Bearer', ...more }
}

/** Answers with them. */
export const givingTokens: ProviderAnswer = (call) => tokens(call)

/** Answers with this status and body. */
export function answering(status: number, body: unknown, headers: Record<string, string> = {}): ProviderAnswer {
  return (_call, response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
  }
}

/** Starts one; its end is registered. It gives tokens until it is told otherwise. */
export async function startProviderStub(t: TestContext): Promise<ProviderStub> {
  const calls: ProviderCall[] = []
  const waiting = new Set<() => void>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const path = request.url ?? ''
    const call = { number: calls.length + 1, path, headers: request.headers, text, form: new URLSearchParams(text) }
    calls.push(call)
    for (const look of waiting) look()
    const body = await stub.answer(call, response)
    if (body === undefined || response.headersSent) return
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  const stub: ProviderStub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    answer: givingTokens,
    received: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (calls.length < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
  }
  return stub
}
