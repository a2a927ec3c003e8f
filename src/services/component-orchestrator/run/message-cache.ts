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

/** Creates an empty cache. */
export function createMessageCache(): MessageCache {
  const bodies = new Map<string, string>()
  let characters = 0

  function take(id: string): string | undefined {
    const body = bodies.get(id)
    if (body === undefined) return undefined
    bodies.delete(id)
    characters -= body.length
    return body
  }

  return {
    put(id, body) {
      if (body.length > MOST_CHARACTERS / 8) return
      bodies.set(id, body)
      characters += body.length
      for (const oldest of bodies.keys()) {
        if (characters <= MOST_CHARACTERS) break
        take(oldest)
      }
    },
    take,
  }
}
