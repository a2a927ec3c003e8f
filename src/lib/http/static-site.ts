import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Pages for browsers that are made of one document, which shows by the address what is wanted. */
export interface StaticSite {
  /** Holds `index.html`, and what it needs in `assets/`, under names that change with the content; each may lie there gzipped too. */
  readonly folder: string
  /** Paths that are answered with `index.html`; `:name` stands for one segment, `*` for all that follow. All other paths stay as they are without the site. */
  readonly pages: readonly string[]
  /** The sentence that these paths answer where the folder has no `index.html`. */
  readonly absence: string
}

/** Everything from the server itself. Scripts set styles by the object model, which needs no permission here. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const immutable = 'public, max-age=31536000, immutable'

/** Serves the site to anyone. The files are those that are there when the server starts. */
export function registerSite(server: FastifyInstance, { folder, pages, absence }: StaticSite): void {
  const isThere = existsSync(join(folder, 'index.html'))
  server.register(async (scope) => {
    scope.addHook('onRoute', (options) => {
      options.config = { ...options.config, access: 'public', quiet: true }
    })
    scope.addHook('onRequest', async (request, reply) => {
      const isAsset = request.routeOptions.url?.startsWith('/assets/')
      reply.headers({ 'content-security-policy': policy, 'cache-control': isAsset ? immutable : 'no-cache' })
    })
    if (isThere) {
      await scope.register(fastifyStatic, {
        root: join(folder, 'assets'),
        prefix: '/assets/',
        // A route for each file: no path leads to any other.
        wildcard: false,
        globIgnore: ['**/*.gz'],
        index: false,
        preCompressed: true,
        cacheControl: false,
        lastModified: false,
      })
    }
    const answer = isThere
      ? (_request: FastifyRequest, reply: FastifyReply) => reply.sendFile('index.html', folder)
      : (_request: FastifyRequest, reply: FastifyReply) =>
          reply.code(404).type('text/plain; charset=utf-8').send(absence)
    for (const page of pages) scope.get(page, { schema: { hide: true } }, answer)
  })
}
