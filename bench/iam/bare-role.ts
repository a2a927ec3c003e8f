import type { AddressInfo } from 'node:net'
import fastify, { type onRequestAsyncHookHandler } from 'fastify'
import { authenticate } from '../../src/lib/http/authentication.ts'
import { provenanceOf } from '../../src/lib/http/request-guard.ts'
import { createPrincipalCache, type Principal } from '../../src/lib/principal.ts'
import type { CreateRole } from '../harness/role.ts'
import { ANSWER } from './iam-role.ts'

/** A server of Fastify as it comes, with one route that looks at nothing and one behind the hub's guard and cache of verified tokens. */
export const createRole: CreateRole<null> = async () => {
  const server = fastify()
  server.get('/bench/bare', async () => ANSWER)
  const holder: Principal = { kind: 'service', id: 'bench', tokenId: 'bench', permissions: new Set() }
  const { resolve } = createPrincipalCache({ lookup: async () => holder, freshness: () => 0, clock: Date.now })
  const guard: onRequestAsyncHookHandler = async (request) => {
    await authenticate('signed-in', provenanceOf(request), resolve)
  }
  server.get('/bench/guarded', { onRequest: guard }, async () => ANSWER)
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  return {
    commands: { address: async () => `http://127.0.0.1:${port}` },
    stop: () => server.close(),
  }
}
