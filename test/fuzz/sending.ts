import { Agent, request } from 'node:http'
import type { FuzzedRequest } from './fuzzed-request.ts'

/** What came back. */
export interface FuzzedAnswer {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** A request without an answer by then hangs. */
const deadlineMs = 15_000

/** Sends requests as they are: nothing in their paths is put in order, as `fetch` would. */
export function createSender(url: string) {
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })

  function send(method: string, path: string, { headers, body }: Pick<FuzzedRequest, 'headers' | 'body'>) {
    return new Promise<FuzzedAnswer>((resolve, reject) => {
      const signal = AbortSignal.timeout(deadlineMs)
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
      const sent = request(
        { agent, hostname, port, method, path, headers: { ...headers, ...length }, signal },
        (answer) => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('error', reject)
          answer.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8')
            resolve({
              status: answer.statusCode ?? 0,
              type: (answer.headers['content-type'] ?? '').split(';')[0] ?? '',
              text,
            })
          })
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  }
  return { send, close: () => agent.destroy() }
}
