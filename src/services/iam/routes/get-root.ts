import { Type } from 'typebox'
import { route } from '#lib/http/route'

/** `GET /`: for whoever looks whether the IAM is there. */
export const getRoot = () =>
  route({
    method: 'GET',
    path: '',
    summary: 'Say what this is',
    permission: 'public',
    response: { 200: Type.Object({ service: Type.String(), documentation: Type.String() }) },
    handle: () => ({ status: 200, body: { service: 'iam', documentation: '/docs' } }),
  })
