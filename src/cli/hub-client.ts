import { messageOf } from '#lib/errors'
import type { HubAnswer, HubCall, HubRequest } from '../demo/hub-call.ts'
import { CommandError } from './command.ts'

/** Milliseconds that the hub may take for an answer. */
const TIMEOUT_MS = 60_000

/** Calls the hub at an address. `token` is used where a call brings none of its own. Rejects with a `CommandError` when there is no answer. */
export function createHubClient(url: URL, token?: string): HubCall {
  return async (request) => {
    const target = new URL(url.pathname.replace(/\/$/, '') + request.path, url)
    const response = await fetch(target, init(request, token)).catch((error: unknown) => {
      throw new CommandError(
        `Cannot reach the hub at "${url.href}": ${reasonOf(error)}. Start it with "npm start", or say with --url where it is`,
      )
    })
    return answerOf(response)
  }
}

function init({ method, body, headers, token: own }: HubRequest, token: string | undefined): RequestInit {
  const bearer = own ?? token
  return {
    method,
    headers: {
      ...headers,
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    // A password must not follow to another address.
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }
}

async function answerOf(response: Response): Promise<HubAnswer> {
  const text = await response.text()
  try {
    return { status: response.status, body: JSON.parse(text) }
  } catch {
    return { status: response.status, body: undefined }
  }
}

/** What `fetch` hides behind "fetch failed". */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof AggregateError) return messageOf(cause.errors[0] ?? cause)
  return messageOf(cause ?? error)
}
