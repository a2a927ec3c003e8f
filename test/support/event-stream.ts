import type { TestContext } from 'node:test'
import { createRecord, type Recorded } from './bus.ts'

/** A server-sent message. */
export interface StreamMessage {
  readonly id: number
  /** `message` unless it says otherwise. */
  readonly event: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of every form
  readonly data: any
}

/** A client of a stream. */
export interface StreamClient {
  readonly status: number
  readonly headers: Headers
  /** What came so far; heartbeats are not among it. */
  readonly messages: Recorded<StreamMessage>
  /** Resolves to true when the server has ended the answer as it should, to false when it was cut. */
  readonly ended: Promise<boolean>
  close(): void
}

/** Opens a stream and takes what comes, until the test ends. */
export async function openStream(
  t: TestContext,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<StreamClient> {
  const controller = new AbortController()
  t.after(() => controller.abort())
  const response = await fetch(url, { headers, signal: controller.signal })
  const messages = createRecord<StreamMessage>()
  const ended = response.ok ? read(response, messages) : Promise.resolve(true)
  return { status: response.status, headers: response.headers, messages, ended, close: () => controller.abort() }
}

async function read({ body }: Response, messages: Recorded<StreamMessage>): Promise<boolean> {
  let rest = ''
  try {
    for await (const part of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + part).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) take(block, messages)
    }
    return true
  } catch {
    return false
  }
}

function take(block: string, messages: Recorded<StreamMessage>): void {
  const fields = block.split('\n').map((line) => /^(\w*): ?(.*)$/s.exec(line) ?? [])
  const values = (name: string) => fields.filter(([, key]) => key === name).map(([, , value = '']) => value)
  const data = values('data')
  if (data.length === 0) return
  messages.add({
    id: Number(values('id')[0]),
    event: values('event')[0] ?? 'message',
    data: JSON.parse(data.join('\n')),
  })
}
