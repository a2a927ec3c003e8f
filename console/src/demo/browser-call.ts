import type { HubAnswer, HubCall } from '../../../src/demo/hub-call.ts'
import { toProblem } from '../api/problem.ts'

/** Calls the hub whose page this is: with a token as its owner, else as whoever is signed in. Rejects with a `Problem` when there is no answer. */
export const browserCall: HubCall = async ({ method, path, body, token, headers }) => {
  const response = await fetch(path, {
    method,
    credentials: token === undefined ? 'same-origin' : 'omit',
    headers: {
      ...headers,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw toProblem(error)
  })
  return { status: response.status, body: await jsonOf(response) }
}

async function jsonOf(response: Response): Promise<HubAnswer['body']> {
  try {
    return JSON.parse(await response.text())
  } catch {
    return undefined
  }
}
