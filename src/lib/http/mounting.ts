import type { FastifyInstance } from 'fastify'
import { operationIdOf, operationOf } from './openapi.ts'
import { acceptAnything, acceptJson } from './request-body.ts'
import type { Mount, Route } from './route.ts'
import { createRouteHandler, type RouteHandlerOptions } from './route-handler.ts'

/** Adds the routes of all mounts: those that take JSON, and those that take their body as bytes. */
export function registerMounts(server: FastifyInstance, mounts: readonly Mount[], options: RouteHandlerOptions): void {
  const handlerOf = createRouteHandler(options)
  const served = mounts.flatMap((mount) => mount.routes.map((route) => ({ mount, route })))
  const addTo = (scope: FastifyInstance, mount: Mount, route: Route) => {
    scope.route({
      method: route.method,
      url: mount.base + route.path,
      schema: operationOf(route, mount),
      config: { access: route.permission, forBrowsers: route.forBrowsers ?? false },
      ...(route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit }),
      handler: handlerOf(route),
    })
  }
  server.register(async (scope) => {
    acceptJson(scope)
    for (const { mount, route } of served) if (!route.rawBody) addTo(scope, mount, route)
  })
  server.register(async (scope) => {
    acceptAnything(scope)
    for (const { mount, route } of served) if (route.rawBody) addTo(scope, mount, route)
  })
}

const probePaths = ['/livez', '/readyz', '/metrics']
const docsPaths = ['/openapi.json', '/docs']

/** Every method and path pattern of a server with these mounts and pages, and with the documentation if it is served. */
export function patternsOf(
  mounts: readonly Mount[],
  { docs, pages }: { readonly docs: boolean; readonly pages: readonly string[] },
): { method: string; url: string }[] {
  const served = mounts.flatMap(({ base, routes }) => routes.map(({ method, path }) => ({ method, url: base + path })))
  return [...served, ...[...probePaths, ...(docs ? docsPaths : []), ...pages].map((url) => ({ method: 'GET', url }))]
}

/** Throws when two routes are the same operation, or a base is not one. */
export function checkMounts(mounts: readonly Mount[]): void {
  const seen = new Set<string>()
  for (const { base, routes } of mounts) {
    if (!/^(?:\/[\w-]+)*$/.test(base)) throw new Error(`Cannot mount "${base}" as a base must be empty or like "/iam"`)
    for (const route of routes) {
      const id = operationIdOf(route, base)
      if (seen.has(id))
        throw new Error(`Cannot mount "${route.method} ${base}${route.path}" as operation "${id}" exists`)
      seen.add(id)
    }
  }
}
