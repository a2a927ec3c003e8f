import { setTimeout as sleep } from 'node:timers/promises'

/** An answer of the hub. */
export interface HubAnswer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every form
  readonly body: any
}

/** A user of the hub's public API. */
export interface HubClient {
  readonly userId: string
  readonly token: string
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<HubAnswer>
  /** Calls and throws unless the answer is a success. */
  expect(method: string, path: string, body?: unknown): Promise<HubAnswer['body']>
  /** Reads until the answer satisfies; for what becomes true by events. Throws after `withinMs`. */
  until(path: string, satisfied: (body: HubAnswer['body']) => boolean, withinMs?: number): Promise<HubAnswer['body']>
}

export async function callHub(
  url: string,
  method: string,
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<HubAnswer> {
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  const answer = await fetch(`${url}${path}`, { method, headers: { ...type, ...headers }, ...content })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
}

/** Logs in. */
export async function logIn(
  url: string,
  { username, password }: { username: string; password: string },
): Promise<HubClient> {
  const { status, body } = await callHub(url, 'POST', '/iam/login', { body: { username, password } })
  if (status !== 200) throw new Error(`The login was answered with ${status}: ${JSON.stringify(body)}`)
  const { token, id: userId } = body
  const call: HubClient['call'] = (method, path, content, headers = {}) =>
    callHub(url, method, path, { body: content, headers: { authorization: `Bearer ${token}`, ...headers } })

  return {
    userId,
    token,
    call,
    async expect(method, path, content) {
      const answer = await call(method, path, content)
      if (answer.status < 300) return answer.body
      throw new Error(`${method} ${path} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`)
    },
    async until(path, satisfied, withinMs = 30_000) {
      const deadline = Date.now() + withinMs
      for (;;) {
        const { body: found } = await call('GET', path)
        if (satisfied(found)) return found
        if (Date.now() > deadline) throw new Error(`${path} did not become as wanted: ${JSON.stringify(found)}`)
        await sleep(20)
      }
    },
  }
}
