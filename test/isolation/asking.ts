import { randomUUID } from 'node:crypto'
import { type ApiOperation, isStream } from '../support/api-document.ts'
import { sampleUpload } from './sample-body.ts'

/** A request to a route. */
export interface Asked {
  readonly operation: Pick<ApiOperation, 'method' | 'body' | 'upload' | 'answers' | 'parameters'>
  /** With its parameters filled in. */
  readonly path: string
  readonly token: string | undefined
  readonly body?: unknown
  /** Of a stream what comes up to this text is read. */
  readonly marker?: string | undefined
}

/** What came back. */
export interface Answered {
  readonly status: number
  readonly text: string
  /** Path and body as they were sent. */
  readonly asked: string
}

/** How long an answer may take: less than whatever waits for nothing. */
const deadlineMs = 20_000

/** Sends requests to the hub at `url`, with ids of nothing where a query needs one. Streams are asked for what was, and read up to the marker. */
export function createAsking(url: string): (asked: Asked) => Promise<Answered> {
  return async ({ operation, path, token, body, marker }) => {
    const isEndless = isStream(operation)
    const place = withQuery(path, isEndless ? { ...neededQuery(operation), recent: '200' } : neededQuery(operation))
    const text = operation.body === undefined ? undefined : JSON.stringify(body ?? {})
    const upload = operation.upload && sampleUpload()
    const content = text ?? upload?.bytes
    const type = upload?.type ?? (text === undefined ? undefined : 'application/json')
    const stop = new AbortController()
    const answer = await fetch(`${url}${place}`, {
      method: operation.method,
      redirect: 'manual',
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(type === undefined ? {} : { 'content-type': type }),
      },
      ...(content === undefined ? {} : { body: content }),
      signal: AbortSignal.any([stop.signal, AbortSignal.timeout(deadlineMs)]),
    })
    const read = answer.ok && isEndless && marker !== undefined ? await readUpTo(answer, marker) : await answer.text()
    stop.abort()
    return { status: answer.status, text: read, asked: `${place} ${text ?? ''}` }
  }
}

function neededQuery({ parameters }: Asked['operation']): Record<string, string> {
  const needed = parameters.filter((each) => each.in === 'query' && each.required)
  return Object.fromEntries(needed.map(({ name }) => [name, randomUUID()]))
}

/** What the path has already stays as it is. */
function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  const [place = '', given = ''] = path.split('?', 2)
  const params = new URLSearchParams({ ...query, ...Object.fromEntries(new URLSearchParams(given)) })
  return params.size === 0 ? place : `${place}?${params}`
}

async function readUpTo({ body }: Response, marker: string): Promise<string> {
  let text = ''
  for await (const part of (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += part
    if (text.includes(marker)) return text
  }
  throw new Error(`The stream has ended before "${marker}" came: ${text}`)
}
