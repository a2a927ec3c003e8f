import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { type ErrorCode, errorCatalogue } from '../errors.ts'
import { problemSchema } from './problem.ts'
import type { Mount, Route } from './route.ts'
import { sessionCookie } from './session-cookie.ts'

/** Everything from the server itself; the styles that the page sets on its own elements need `unsafe-inline`. */
const docsPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** A token goes either way; with the cookie a request must come from the hub's own pages. */
const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer' },
  session: { type: 'apiKey', in: 'cookie', name: sessionCookie },
} as const

/** Collects the routes that are added after it into an OpenAPI 3.1 document. */
export function registerOpenapi(server: FastifyInstance, options: { version: string; tags: readonly string[] }): void {
  server.addSchema(problemSchema)
  server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Open Integration Hub',
        version: options.version,
        description: 'Connects business applications: flows, events, and the proof of what happened.',
      },
      tags: [...new Set(options.tags)].map((name) => ({ name })),
      components: { securitySchemes },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `Schema${index}`) },
  })
}

/** Serves the document at `/openapi.json` and as pages at `/docs`; all that they need comes from this server. */
export function registerDocs(server: FastifyInstance): void {
  let json: string | undefined
  server.get('/openapi.json', { config: { access: 'public' }, schema: { hide: true } }, (_request, reply) => {
    json ??= JSON.stringify(server.swagger())
    return reply.type('application/json; charset=utf-8').send(json)
  })
  server.register(async (scope) => {
    // The pages have routes of their own making, and are as public as the document they show.
    scope.addHook('onRoute', (options) => {
      options.config = { ...options.config, access: 'public' }
    })
    await scope.register(swaggerUi, { routePrefix: '/docs', staticCSP: docsPolicy, uiConfig: { deepLinking: true } })
  })
}

/** What the document says about a route; `operationId` is the route's own or made from method, base and path. */
export function operationOf(route: Route, { base, tag }: Mount): FastifySchema {
  const { params, query, body, rawBody, produces, consumes, permission } = route
  const access = typeof permission === 'object' ? `Requires the permission \`${permission.name}\`.` : undefined
  const description = [route.description, access].filter((text) => text !== undefined).join('\n\n')
  return {
    operationId: operationIdOf(route, base),
    summary: route.summary,
    ...(description === '' ? {} : { description }),
    tags: [...(route.tags ?? [tag])],
    security: permission === 'public' ? [] : [{ bearer: [] }, { session: [] }],
    ...(params ? { params } : {}),
    ...(query ? { querystring: query } : {}),
    ...(body ? { body } : rawBody ? { body: { type: 'string', format: 'binary' }, consumes: ['*/*'] } : {}),
    ...(produces ? { produces: [produces] } : {}),
    ...(consumes ? { consumes: [consumes] } : {}),
    response: responsesOf(route),
  }
}

/** `POST /flow-repository/flows/:id/start` gives `postFlowRepositoryFlowsByIdStart`. */
export function operationIdOf(route: Route, base: string): string {
  if (route.operationId) return route.operationId
  const words = `${base}${route.path}`
    .replaceAll('/*', '/by/rest')
    .replaceAll('/:', '/by/')
    .split(/[^a-zA-Z0-9]+/)
  return route.method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

/** An error that a route also answers in a form of its own has both. */
function responsesOf(route: Route): Record<string, unknown> {
  const { response, produces = 'application/json' } = route
  const errors = Object.entries(errorsOf(route)).map(([status, error]) => {
    const schema = response[Number(status)]
    return [status, schema ? { ...error, content: { [produces]: { schema }, ...error.content } } : error]
  })
  return { ...answersOf(route), ...Object.fromEntries(errors) }
}

function answersOf({ response }: Route): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(response).map(([status, schema]) => {
      return [status, schema ?? { type: 'null', description: 'No body' }]
    }),
  )
}

/** The route's own errors and those that its parts bring with them, one entry a status. */
function errorsOf(route: Route): Record<string, { readonly content: Readonly<Record<string, unknown>> }> {
  const { method, permission, params, query, body, rawBody, forBrowsers, errors = [] } = route
  const codes: ErrorCode[] = ['bad-request', 'headers-too-large', 'internal', 'unavailable', ...errors]
  if (params || query) codes.push('invalid-parameter')
  if (body && !rawBody) codes.push('invalid-body')
  // A body that nobody asked for is read all the same, but with a GET.
  const isRead = method !== 'GET' && method !== 'HEAD'
  if (isRead || rawBody) codes.push('unsupported-media-type', 'too-large')
  if (permission !== 'public') codes.push('unauthenticated', 'forbidden')
  const byStatus = Object.groupBy(new Set(codes), (code) => errorCatalogue[code].status)
  const content = {
    ...(forBrowsers && { 'text/html': { schema: { type: 'string', description: 'A page that says the same' } } }),
    'application/problem+json': { schema: { $ref: 'Problem#' } },
  }
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, group = []]) => {
      const description = group.map((code) => `\`${code}\`: ${errorCatalogue[code].title}`).join('. ')
      return [status, { description, content }]
    }),
  )
}
