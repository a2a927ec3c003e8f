import { Type } from 'typebox'
import { HubError } from '#lib/errors'
import { type Answer, type Route, type RouteRequest, route } from '#lib/http/route'
import type { InteractionRequest, Interactions } from '../../openid/interaction.ts'

const base = '/op/interaction/:uid'
const params = Type.Object({ uid: Type.String({ pattern: '^[\\w-]{1,64}$' }) })
const page = { 200: Type.String(), 303: null, 400: Type.String() }
const common = { params, permission: 'public', tags: ['OpenID provider'], produces: 'text/html' } as const
const form = {
  ...common,
  method: 'POST',
  rawBody: true,
  consumes: 'application/x-www-form-urlencoded',
  bodyLimit: 16_384,
  errors: ['forbidden', 'unsupported-media-type'],
} as const

/** The pages between an application's request and its answer. Their forms come from the hub's own pages alone. */
export function interactionRoutes(interactions: Interactions): Route[] {
  return [
    route({
      ...common,
      method: 'GET',
      path: base,
      summary: 'The page on which a user signs in or consents',
      response: page,
      handle: async (request) => as(await interactions.show(asked(request))),
    }),
    route({
      ...form,
      path: `${base}/login`,
      summary: 'Sign in with name and password',
      body: Type.Object({ username: Type.String(), password: Type.String() }),
      response: { ...page, 401: Type.String(), 429: Type.String() },
      async handle(request) {
        const fields = fieldsOf(request)
        const [username, password] = [fields.get('username') ?? '', fields.get('password') ?? '']
        const fits = (text: string) => text.length <= 1_024 && !text.includes('\0')
        if (!fits(username) || !fits(password)) throw unfit()
        return as(await interactions.signIn(asked(request), { username, password }))
      },
    }),
    route({
      ...form,
      path: `${base}/consent`,
      summary: 'Let the application have what it asks for',
      response: page,
      handle: async (request) => as(await interactions.consent(asked(request))),
    }),
    route({
      ...form,
      path: `${base}/abort`,
      summary: 'Go back to the application without signing in or consenting',
      response: page,
      handle: async (request) => as(await interactions.abort(asked(request))),
    }),
  ]
}

function asked(request: RouteRequest<{ uid: string }, unknown, unknown, undefined>): InteractionRequest {
  const {
    params: { uid },
    method,
    headers,
    url,
    ip,
    origin,
  } = request
  return { uid, method, headers, url, ip, origin }
}

function fieldsOf({ headers, body }: { headers: RouteRequest['headers']; body: Buffer }): URLSearchParams {
  if (!/^application\/x-www-form-urlencoded(;|$)/i.test(headers['content-type'] ?? '')) {
    throw new HubError('unsupported-media-type', 'The body must be a form')
  }
  return new URLSearchParams(body.toString('utf8'))
}

function unfit(): HubError {
  return new HubError(
    'invalid-body',
    'The user name and the password must have at most 1024 characters, none of them NUL',
  )
}

/** Which status an answer has is the interaction's to say. */
function as(answer: Answer): never {
  return answer as never
}
