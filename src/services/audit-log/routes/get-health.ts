import { Type } from 'typebox'
import { type Route, route } from '#lib/http/route'

/** `GET /` and `GET /healthcheck`: that the service is served. Whether the hub is ready says `/readyz`. */
export function getHealth(path: '' | '/healthcheck'): Route {
  return route({
    method: 'GET',
    path,
    summary: 'Tell that the audit log is served',
    permission: 'public',
    response: { 200: Type.Object({ name: Type.String(), status: Type.String() }) },
    handle: () => ({ status: 200, body: { name: 'audit-log', status: 'ok' } }),
  })
}
