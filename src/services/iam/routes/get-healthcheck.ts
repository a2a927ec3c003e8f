import { Type } from 'typebox'
import { route } from '#lib/http/route'

/** `GET /healthcheck`: always 200 while the server answers. */
export const getHealthcheck = () =>
  route({
    method: 'GET',
    path: '/healthcheck',
    summary: 'Say that the service answers; `/readyz` says whether it can work',
    permission: 'public',
    response: { 200: Type.Object({ status: Type.Literal('pass') }) },
    handle: () => ({ status: 200, body: { status: 'pass' as const } }),
  })
