/**
 * Bodies of messages that this process has just written: the step that follows usually runs here and need not read them back. A
 * body is taken once; what finds no room is read from the database.
 */
export interface MessageCache {
  put(id: string, body: string): void
  /** Of a message that goes to several steps only the first finds it here. */
  take(id: string): string | undefined
}

const MOST_CHARACTERS = 32 * 1_048_576
/** A body that was not taken by then has probably gone to a step in another process. */
const KEPT_MS = 30_000

/** Creates an empty cache. When it is full the newest finds no room: tasks are done oldest first. */
export function createMessageCache({ now = () => performance.now() } = {}): MessageCache {
  const bodies = new Map<string, { readonly body: string; readonly until: number }>()
  let characters = 0

  function take(id: string): string | undefined {
    const kept = bodies.get(id)
    if (kept === undefined) return undefined
    bodies.delete(id)
    characters -= kept.body.length
    return kept.body
  }

  function dropStale(): void {
    for (const [id, { until }] of bodies) {
      if (until > now()) break
      take(id)
    }
  }

  return {
    put(id, body) {
      if (characters + body.length > MOST_CHARACTERS) dropStale()
      if (characters + body.length > MOST_CHARACTERS) return
      bodies.set(id, { body, until: now() + KEPT_MS })
      characters += body.length
    },
    take,
  }
}
