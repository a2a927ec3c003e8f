import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Type } from 'typebox'
import { HubError } from './errors.ts'
import { createHttpServer } from './http/http-server.ts'
import { route } from './http/route.ts'
import { createLogger } from './logger.ts'
import {
  createServiceClient,
  injectTransport,
  networkTransport,
  type ServiceClientOptions,
  type Transport,
} from './service-client.ts'
import { createMetrics } from './telemetry.ts'

const answer = Type.Object({
  by: Type.String(),
  body: Type.Unknown(),
  requestId: Type.String(),
  trace: Type.Optional(Type.String()),
})
const head = { permission: 'signed-in', summary: '' } as const

function routes(waiting: PromiseWithResolvers<AbortSignal>) {
  return [
    route({
      ...head,
      method: 'POST',
      path: '/echo',
      body: Type.Unknown(),
      response: { 201: answer },
      handle: ({ principal, body, requestId, traceparent }) => {
        return {
          status: 201,
          body: { by: principal.id, body, requestId, ...(traceparent ? { trace: traceparent } : {}) },
        }
      },
    }),
    route({ ...head, method: 'DELETE', path: '/nothing', response: { 204: null }, handle: () => ({ status: 204 }) }),
    route({
      ...head,
      method: 'POST',
      path: '/strict',
      body: Type.Object({ name: Type.String(), age: Type.Integer() }),
      response: { 204: null },
      handle: () => ({ status: 204 }),
    }),
    route({
      ...head,
      method: 'GET',
      path: '/redirect',
      response: { 302: null },
      handle: () => ({ status: 302, headers: { location: '/nothing' } }),
    }),
    route({
      ...head,
      method: 'GET',
      path: '/html',
      response: { 200: answer },
      handle: () => ({ status: 200, text: '<p>', type: 'text/html' }),
    }),
    route({
      ...head,
      method: 'GET',
      path: '/large',
      response: { 200: answer },
      handle: () => ({ status: 200, json: `"${'x'.repeat(5000)}"` }),
    }),
    route({
      ...head,
      method: 'GET',
      path: '/wait',
      response: { 204: null },
      handle: ({ signal }) => {
        waiting.resolve(signal)
        return new Promise<never>(() => {})
      },
    }),
  ]
}

type Make = (base: string, server: ReturnType<typeof createHttpServer>) => Transport
const transports: Readonly<Record<string, Make>> = {
  injectTransport: (_base, server) => injectTransport((request) => server.inject(request), { maxBytes: 2000 }),
  networkTransport: (base) => networkTransport({ baseUrl: base, maxBytes: 2000 }),
}

async function setup(t: TestContext, make: Make, more: Partial<ServiceClientOptions> = {}) {
  const waiting = Promise.withResolvers<AbortSignal>()
  const server = createHttpServer({
    logger: createLogger({ level: 'silent' }),
    metrics: createMetrics(),
    principals: async (token) => ({ kind: 'service', id: token, permissions: new Set(), tokenId: 't' }),
    mounts: [{ base: '', tag: 'test', routes: routes(waiting) }],
    readiness: async () => [],
    version: '1',
    trustProxy: [],
    docs: false,
    limits: { stopDeadline: 100 },
  })
  const { port } = await server.start({ host: '127.0.0.1', port: 0 })
  const transport = make(`http://127.0.0.1:${port}`, server)
  t.after(async () => {
    await transport.stop()
    await transport.stop()
    await server.stop()
  })
  const client = createServiceClient({ transport, token: async () => 'own', insideTransaction: () => false, ...more })
  return { client, server, waiting }
}

for (const [name, make] of Object.entries(transports)) {
  test(`${name}() carries the token, the body and the trace`, async (t) => {
    const { client } = await setup(t, make)
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const own = await client.request({
      method: 'POST',
      path: '/echo?a=b',
      body: { ä: [1, null] },
      requestId: 'r1',
      traceparent,
    })
    assert.deepEqual(own, {
      status: 201,
      body: { by: 'own', body: { ä: [1, null] }, requestId: 'r1', trace: traceparent },
    })
    const callers = await client.request({ method: 'POST', path: '/echo', body: 'x', token: 'callers' })
    assert.equal((callers.body as { by: string }).by, 'callers')
    assert.deepEqual(await client.request({ method: 'DELETE', path: '/nothing' }), { status: 204, body: undefined })
  })

  test(`${name}() gives errors as they were there`, async (t) => {
    const { client } = await setup(t, make)
    await assert.rejects(client.request({ method: 'GET', path: '/nowhere' }), { code: 'not-found', status: 404 })
    await assert.rejects(client.request({ method: 'POST', path: '/strict', body: {} }), (error) => {
      assert.ok(error instanceof HubError)
      assert.equal(error.code, 'invalid-body')
      assert.deepEqual(error.faults.map(({ field }) => field).toSorted(), ['age', 'name'])
      return true
    })
  })

  test(`${name}() follows no redirect, and refuses what is large or no JSON`, async (t) => {
    const { client } = await setup(t, make)
    const get = (path: string) => client.request({ method: 'GET', path })
    await assert.rejects(get('/redirect'), { code: 'unavailable', message: /its status is 302/ })
    await assert.rejects(get('/large'), { code: 'unavailable', message: /not be larger than 2000 bytes/ })
    await assert.rejects(get('/html'), { code: 'unavailable', message: /must be JSON/ })
  })

  test(`${name}() gives up at the deadline, and tells the handler`, async (t) => {
    const { client, waiting } = await setup(t, make, { deadline: 500 })
    await assert.rejects(client.request({ method: 'GET', path: '/wait' }), {
      code: 'unavailable',
      message: /within 500 ms/,
    })
    const signal = await waiting.promise
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
  })

  test(`${name}() answers unavailable when the server is gone`, async (t) => {
    const { client, server } = await setup(t, make)
    await client.request({ method: 'DELETE', path: '/nothing' })
    await server.stop()
    await assert.rejects(client.request({ method: 'DELETE', path: '/nothing' }), { code: 'unavailable' })
  })

  test(`${name}() is not used while a transaction is open`, async (t) => {
    const { client } = await setup(t, make, { insideTransaction: () => true })
    await assert.rejects(client.request({ method: 'GET', path: '/html' }), (error) => {
      assert.ok(error instanceof Error && !(error instanceof HubError))
      assert.match(error.message, /Cannot call "GET \/html" as no transaction must be open/)
      return true
    })
  })
}

test('networkTransport() keeps the path of its base', async (t) => {
  const { server } = await setup(t, (base) => networkTransport({ baseUrl: base }))
  const { port } = await server.start({ host: '127.0.0.1', port: 0 })
  const transport = networkTransport({ baseUrl: `http://127.0.0.1:${port}/prefix/` })
  t.after(() => transport.stop())
  const signal = new AbortController().signal
  const answer = await transport.send({ method: 'GET', path: '/livez', headers: {}, body: undefined, signal })
  assert.equal(answer.status, 404)
})
