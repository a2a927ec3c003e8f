import createClient from 'openapi-fetch'
import { parseExact } from './exact-json.ts'
import { problemFrom, toProblem } from './problem.ts'
import type { Paths } from './schema.d.ts'

/** The hub's public API. The session cookie goes along by itself. */
export const hub = createClient<Paths>({ baseUrl: location.origin, credentials: 'same-origin', pathSerializer })

/** Fills in the parameters of a path; that called `*` keeps its slashes, and the client's own way knows no such name. */
function pathSerializer(path: string, params: Record<string, unknown>): string {
  return path.replace(/\{([^{}]+)\}/g, (_place, name: string) => {
    const text = String(params[name])
    return name === '*' ? text.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(text)
  })
}

hub.use({
  async onResponse({ response }) {
    if (response.status === 204) return
    const text = await response.text()
    const { status, statusText } = response
    const exact = new Response(text, { status, statusText, headers: { 'content-length': String(text.length) } })
    // The client asks `json` where the length is known.
    exact.json = async () => parseExact(text)
    return exact
  },
  onError: ({ error }) => toProblem(error),
})

/** The body of an answer; throws a `Problem` for error answers and when there is none. */
export async function answerOf<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call
  if (!response.ok) throw problemFrom(response.status, error)
  // A success has the body that the API's document promises.
  return data as T
}
