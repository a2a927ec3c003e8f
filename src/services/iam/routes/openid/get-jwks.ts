import { Type } from 'typebox'
import { route } from '#lib/http/route'
import type { SigningKeys } from '../../openid/signing-keys.ts'

const Jwks = Type.Object({ keys: Type.Array(Type.Object({ kid: Type.String() }, { additionalProperties: true })) })

/** `GET /.well-known/jwks.json`, where existing clients look, and `GET /op/jwks`, where discovery points to. */
export const getJwks = (keys: Pick<SigningKeys, 'published'>, path: '/.well-known/jwks.json' | '/op/jwks') =>
  route({
    method: 'GET',
    path,
    summary: 'The public keys by which what the OpenID provider signs is verified',
    tags: ['OpenID provider'],
    permission: 'public',
    response: { 200: Jwks },
    // Anyone may read them, the pages of any origin too.
    handle: async () => ({
      status: 200,
      body: { keys: await keys.published() },
      headers: { 'access-control-allow-origin': '*' },
    }),
  })
