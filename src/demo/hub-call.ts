/** A call of the hub's public HTTP API. */
export interface HubRequest {
  readonly method: 'GET' | 'POST'
  /** Below the hub's address, with a leading slash. */
  readonly path: string
  /** Sent as JSON. */
  readonly body?: unknown
  /** Whom the call is for; without it whoever loads the demo. */
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer of the hub; `body` is undefined where there is no JSON. */
export interface HubAnswer {
  readonly status: number
  readonly body: unknown
}

/** Makes a call. Resolves for every status; rejects only when there is no answer. */
export type HubCall = (request: HubRequest) => Promise<HubAnswer>

/** Why the demo cannot go on, in a sentence for whoever loads it. */
export class DemoError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DemoError'
  }
}

/** The body of a success; any other answer is thrown as a `DemoError` that says what was to be done and the hub's own reason. */
export async function demand<Body>(call: HubCall, action: string, request: HubRequest): Promise<Body> {
  const { status, body } = await call(request)
  // The caller names the form that the API's document promises.
  if (status >= 200 && status < 300) return body as Body
  throw new DemoError(`Cannot ${action} as the hub refused it (${status}): ${detailOf(body)}`)
}

/** Every thing of a list that comes in pages. `path` may have a query. */
export async function demandAll<Item>(call: HubCall, action: string, path: string): Promise<Item[]> {
  const items: Item[] = []
  for (let page = 1; ; page += 1) {
    const paging = `${path.includes('?') ? '&' : '?'}page[number]=${page}&page[size]=100`
    type Page = { data: Item[]; meta: { totalPages: number } }
    const { data, meta } = await demand<Page>(call, action, { method: 'GET', path: path + paging })
    items.push(...data)
    if (page >= meta.totalPages) return items
  }
}

/** The hub's own reason; where there is more than one, each on a line. */
function detailOf(body: unknown): string {
  const { detail, errors } = (body ?? {}) as { detail?: unknown; errors?: { message: string }[] }
  if (Array.isArray(errors) && errors.length > 1) return errors.map(({ message }) => `\n  ${message}`).join('')
  return typeof detail === 'string' ? detail : 'it gave no reason'
}
