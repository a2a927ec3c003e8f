import { Type } from 'typebox'
import { route } from '#lib/http/route'

/** `GET /` and `GET /healthcheck`, as existing clients look whether the service is there. */
export const getRoot = (path: '' | '/healthcheck') =>
  route({
    method: 'GET',
    path,
    summary: path === '' ? 'Name of the service' : 'Whether the service is there',
    permission: 'public',
    response: { 200: Type.Object({ name: Type.String() }) },
    handle: async () => ({ status: 200, body: { name: 'metadata-repository' } }),
  })
