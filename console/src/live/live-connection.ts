import { type Problem, problemFrom, toProblem } from '../api/problem.ts'

/** How the stream stands. `refused` waits for a person; in all other states it goes on by itself. */
export type ConnectionState = 'connecting' | 'open' | 'refused'

/** Who hears what of the stream. */
export interface ConnectionListener {
  onMessage(data: string): void
  /** Events between the two positions are no longer to be had. */
  onGap(gap: { after: number; until: number }): void
  onState(state: ConnectionState, problem?: Problem): void
}

/** Before a stream that was answered with an error is asked for again, in milliseconds. */
const RETRY_MS = 3_000

/**
 * Keeps a server-sent stream open. The browser itself resumes one that breaks off, at the last position; one that is refused is
 * looked at here, as the browser does not tell why. Returns how to close it.
 */
export function connectLive(url: string, listener: ConnectionListener): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const ended = new AbortController()

  function open() {
    listener.onState('connecting')
    const stream = new EventSource(url)
    source = stream
    stream.onopen = () => listener.onState('open')
    stream.onmessage = ({ data }) => listener.onMessage(data)
    stream.addEventListener('gap', ({ data }) => listener.onGap(JSON.parse(data)))
    stream.onerror = () => {
      if (stream.readyState === EventSource.CLOSED) void ask()
      else listener.onState('connecting')
    }
  }

  async function ask() {
    const problem = await whyRefused(url, ended.signal)
    if (ended.signal.aborted) return
    // Somebody must sign in, type another filter, or be given a permission.
    if (problem !== undefined && problem.status >= 400 && problem.status < 429)
      return listener.onState('refused', problem)
    listener.onState('connecting', problem)
    timer = setTimeout(open, RETRY_MS)
  }

  open()
  return () => {
    ended.abort()
    clearTimeout(timer)
    source?.close()
  }
}

/** Undefined when the same request succeeds now. */
async function whyRefused(url: string, signal: AbortSignal): Promise<Problem | undefined> {
  const request = new AbortController()
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, request.signal]) })
    if (answer.ok) return undefined
    return problemFrom(answer.status, await answer.json())
  } catch (error) {
    return toProblem(error)
  } finally {
    request.abort()
  }
}
