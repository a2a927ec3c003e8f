import type { FastifyReply, FastifyRequest } from 'fastify'
import { HubError } from '../errors.ts'

/** The methods that a path has; empty when there is no such path. */
export type MethodsOf = (path: string) => readonly string[]

/** Reads route patterns (`/flows/:id`, a last `*` for the rest) into a look-up by path. */
export function createMethodsOf(patterns: readonly { readonly method: string; readonly url: string }[]): MethodsOf {
  const known = patterns.map(({ method, url }) => ({ method, matches: patternOf(url) }))
  return (path) => {
    const methods = new Set(known.filter(({ matches }) => matches.test(path)).map(({ method }) => method))
    if (methods.size === 0) return []
    if (methods.has('GET')) methods.add('HEAD')
    return [...methods.add('OPTIONS')].toSorted()
  }
}

function patternOf(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) => (part === '*' ? '.*' : part.startsWith(':') ? '[^/]+' : part.replaceAll(/[^\w-]/g, '\\$&')))
  return new RegExp(`^${parts.join('/')}/?$`)
}

/** Answers a request that no route takes: `OPTIONS` with what is allowed, another method of a known path 405, the rest 404. */
export function answerUnrouted(request: FastifyRequest, reply: FastifyReply, methodsOf: MethodsOf): FastifyReply {
  const [path = ''] = request.url.split('?')
  const methods = methodsOf(path)
  if (methods.length === 0) throw new HubError('not-found', 'There is nothing at this path')
  reply.header('allow', methods.join(', '))
  if (request.method === 'OPTIONS') return reply.code(204).send()
  throw new HubError('method-not-allowed', `The method must be one of ${methods.join(', ')}: it is ${request.method}`)
}
