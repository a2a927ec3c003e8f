import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import type { CreateRole } from '../harness/role.ts'
import { ANSWER } from './iam-role.ts'

/** A server of Fastify as it comes, with one route. */
export const createRole: CreateRole<null> = async () => {
  const server = fastify()
  server.get('/bench/bare', async () => ANSWER)
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  return {
    commands: { address: async () => `http://127.0.0.1:${port}` },
    stop: () => server.close(),
  }
}
