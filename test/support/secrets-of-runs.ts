import type { TestContext } from 'node:test'
import { Type } from 'typebox'
import { HubError } from '../../src/lib/errors.ts'
import { createHttpServer } from '../../src/lib/http/http-server.ts'
import { route } from '../../src/lib/http/route.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { insideTransaction } from '../../src/lib/postgres.ts'
import type { TokenLookup } from '../../src/lib/principal.ts'
import { createServiceClient, networkTransport, type ServiceClient } from '../../src/lib/service-client.ts'
import { createMetrics } from '../../src/lib/telemetry.ts'
import type { Secret } from '../../src/services/component-orchestrator/secret/secret-client.ts'
import { createRecord, type Recorded } from './bus.ts'

/** A Secret Service that gives secrets to runs as the real one does; what else that does is tested there. */
export interface TestSecretService {
  readonly client: ServiceClient
  readonly secrets: Map<string, Secret & { readonly owner: string }>
  /** What was asked for, whatever was answered. */
  readonly asked: Recorded<{
    readonly id: string
    readonly runId: string
    readonly stepId: string
    readonly flowId: string
  }>
  /** Each call gets this answer while it is there; `silence` is none. */
  refusal: HubError | 'silence' | undefined
}

/** Listens on a port of its own until the test ends. Its client waits for 500 ms. */
export async function startSecretService(t: TestContext, principals: TokenLookup): Promise<TestSecretService> {
  const { promise: end, resolve: release } = Promise.withResolvers<void>()
  const fixture = { secrets: new Map(), asked: createRecord(), refusal: undefined } as Omit<TestSecretService, 'client'>
  const getSecret = route({
    method: 'GET',
    path: '/api/v1/secrets/:id',
    summary: 'Read a secret',
    permission: 'signed-in',
    params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
    query: Type.Object({ runId: Type.String({ format: 'uuid' }), stepId: Type.String({ maxLength: 30 }) }),
    response: { 200: Type.Object({ data: Type.Unknown() }) },
    errors: ['not-found', 'conflict'],
    async handle({ params: { id }, query, principal }) {
      const { flowId, secretIds } = principal
      if (flowId === undefined) throw new HubError('forbidden', 'Only runs read secrets here')
      fixture.asked.add({ id, ...query, flowId })
      if (fixture.refusal === 'silence') await end
      else if (fixture.refusal) throw fixture.refusal
      const { owner, ...secret } = fixture.secrets.get(id) ?? {}
      if (owner === undefined) throw new HubError('not-found', 'No secret found')
      if (!secretIds?.has(id)) throw new HubError('forbidden', 'The token must lead to the secret')
      if (owner !== principal.id) throw new HubError('forbidden', 'The caller must own the secret')
      return { status: 200, body: { data: { _id: id, name: 'a secret', ...secret } } }
    },
  })
  const server = createHttpServer({
    logger: createLogger({ level: 'silent' }),
    metrics: createMetrics(),
    principals,
    mounts: [{ base: '/secret-service', tag: 'Secret Service', routes: [getSecret] }],
    readiness: async () => [],
    version: '0',
    trustProxy: [],
    docs: false,
  })
  const { port } = await server.start({ host: '127.0.0.1', port: 0 })
  const transport = networkTransport({ baseUrl: `http://127.0.0.1:${port}` })
  const token = () => 'none of its own'
  const client = createServiceClient({ transport, token, insideTransaction, deadline: 500 })
  t.after(async () => {
    release()
    await server.stop()
    await transport.stop()
  })
  return Object.assign(fixture, { client })
}
