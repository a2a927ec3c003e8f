import { type Dispatcher, Pool } from 'undici'
import type { CreateRole } from '../harness/role.ts'

/** The same request again and again. */
export interface RequestPlan {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  /** They take turns; none for a GET. */
  readonly bodies?: readonly string[]
  readonly connections: number
  readonly seconds: number
}

/** The load generator, a process of its own: each connection sends the next request when it has the answer to the one before. */
export const createRole: CreateRole<null> = async () => ({
  commands: { send: (plan: RequestPlan) => send(plan) },
  stop: async () => undefined,
})

/** How many were answered with 200, and in how many seconds. Rejects at any other answer: the figure would mean nothing. */
async function send({ url, method, headers, bodies = [], connections, seconds }: RequestPlan) {
  const { origin, pathname } = new URL(url)
  const pool = new Pool(origin, { connections })
  const begin = performance.now()
  const until = begin + seconds * 1e3
  let count = 0
  let next = 0
  const connection = async () => {
    while (performance.now() < until) {
      const body = bodies[next % bodies.length]
      next += 1
      const request = { method, path: pathname, headers, ...(body === undefined ? {} : { body }) }
      await new Promise<void>((resolve, reject) => pool.dispatch(request, answerHandler(resolve, reject)))
      count += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, connection))
  const took = (performance.now() - begin) / 1e3
  await pool.close()
  return { count, seconds: took }
}

function answerHandler(resolve: () => void, reject: (error: Error) => void): Dispatcher.DispatchHandler {
  let status = 0
  return {
    onRequestStart() {},
    onResponseStart(_controller, code) {
      status = code
    },
    onResponseData() {},
    onResponseEnd() {
      if (status === 200) resolve()
      else reject(new Error(`Cannot count the run as every answer must be 200: one was ${status}`))
    },
    onResponseError: (_controller, error) => reject(error),
  }
}
