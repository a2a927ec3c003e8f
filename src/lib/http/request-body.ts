import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HubError } from '../errors.ts'

/** Lets the routes of this scope take JSON only. An empty body is none: whether one is required is the route's matter. */
export function acceptJson(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  const parse = scope.getDefaultJsonParser('error', 'error')
  const read = (request: FastifyRequest, body: Buffer, done: (error: Error | null, value?: unknown) => void) => {
    if (body.length === 0) return done(null, undefined)
    if (!isUtf8(body)) return done(new HubError('bad-request', 'Cannot read the body as it must be UTF-8'))
    const text = body.toString('utf8')
    parse(request, text, (error, value) => {
      if (error) done(new HubError('bad-request', reasonFor(text)))
      else done(null, value)
    })
  }
  scope.addContentTypeParser(/^application\/(?:[\w.-]{1,100}\+)?json(?:$|[\s;])/i, { parseAs: 'buffer' }, read)
}

/** Lets the routes of this scope take anything, as bytes. */
export function acceptAnything(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
}

/** Why a text was refused. The parser's own words are not used: they quote the body, which may hold a secret. */
function reasonFor(text: string): string {
  try {
    JSON.parse(text)
  } catch {
    return 'Cannot read the body as it must be well-formed JSON'
  }
  return 'Cannot read the body as it must not have a field "__proto__" or "constructor.prototype"'
}
