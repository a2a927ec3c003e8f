import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { Type } from 'typebox'
import { HubError } from '../errors.ts'
import { createLogger } from '../logger.ts'
import type { Principal } from '../principal.ts'
import { createMetrics } from '../telemetry.ts'
import { createHttpServer, type HttpServerOptions, type Readiness } from './http-server.ts'
import { type Route, route } from './route.ts'

const read = { name: 'flows.read', scope: 'tenant', description: 'See flows' } as const
const params = Type.Object({ id: Type.String({ format: 'uuid' }) })
const flow = Type.Object({ id: Type.String() }, { additionalProperties: false, title: 'Flow' })
const flowId = '018f2b7a-0000-7000-8000-000000000000'

const listFlows = route({
  method: 'GET',
  path: '/flows',
  summary: 'Lists flows',
  permission: read,
  query: Type.Object(
    { 'page[size]': Type.Optional(Type.Integer({ minimum: 1, default: 20 })) },
    { additionalProperties: false },
  ),
  response: { 200: Type.Object({ size: Type.Integer(), by: Type.String() }) },
  handle: ({ query, principal }) => ({ status: 200, body: { size: query['page[size]'] ?? 0, by: principal.id } }),
})
const getFlow = route({
  method: 'GET',
  path: '/flows/:id',
  summary: 'Gives a flow',
  permission: 'signed-in',
  params,
  response: { 200: flow },
  errors: ['not-found'],
  handle: ({ params: { id } }) => ({ status: 200, json: `{"id":"${id}"}` }),
})
const postFlow = route({
  method: 'POST',
  path: '/flows',
  summary: 'Creates a flow',
  permission: 'public',
  body: Type.Object(
    { name: Type.String(), tags: Type.Optional(Type.Array(Type.String())) },
    { additionalProperties: false },
  ),
  response: { 201: flow },
  handle: ({ body }) => ({ status: 201, body: { id: body.name }, headers: { location: '/flows/1' } }),
})
const deleteFlow = route({
  method: 'DELETE',
  path: '/flows/:id',
  summary: 'Deletes a flow',
  permission: 'public',
  params,
  response: { 204: null },
  handle: () => ({ status: 204 }),
})
const echo = route({
  method: 'POST',
  path: '/echo',
  summary: 'Gives the bytes back',
  permission: 'public',
  rawBody: true,
  response: { 200: Type.String() },
  produces: 'text/plain',
  handle: ({ body, headers }) => ({
    status: 200,
    text: `${headers['content-type']}:${body.toString('hex')}`,
    type: 'text/plain',
  }),
})
const about = route({
  method: 'GET',
  path: '/about',
  summary: 'Says what it sees',
  permission: 'public',
  response: {
    200: Type.Object({ ip: Type.String(), requestId: Type.String(), traceparent: Type.Optional(Type.String()) }),
  },
  handle: ({ ip, requestId, traceparent, logger }) => {
    logger.info({}, 'Seen')
    return { status: 200, body: { ip, requestId, ...(traceparent ? { traceparent } : {}) } }
  },
})

function principal(permissions: string[]): Principal {
  return { kind: 'user', id: 'u1', tenant: 'T1', permissions: new Set(permissions), tokenId: 't1' }
}

const known = new Map([
  ['reader', principal(['flows.read'])],
  ['admin', principal(['tenant.all'])],
  ['nobody', principal([])],
])

async function setup(t: TestContext, more: Partial<HttpServerOptions> & { routes?: Route[] } = {}) {
  const lines: string[] = []
  const { routes = [], ...options } = more
  const server = createHttpServer({
    logger: createLogger({ level: 'debug', destination: { write: (line) => lines.push(line) } }),
    metrics: createMetrics(),
    principals: async (token) => known.get(token),
    mounts: [
      { base: '/flow-repository', tag: 'flows', routes: [listFlows, getFlow, postFlow, deleteFlow, ...routes] },
      { base: '', tag: 'others', routes: [echo, about] },
    ],
    readiness: async () => [{ name: 'database', ok: true }],
    version: '1.2.3',
    trustProxy: [],
    docs: true,
    checkAnswers: true,
    ...options,
  })
  t.after(() => server.stop())
  const { port } = await server.start({ host: '127.0.0.1', port: 0 })
  const origin = `http://127.0.0.1:${port}`
  const call = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(path.startsWith('/flow') ? `${origin}/flow-repository${path}` : origin + path, init)
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text !== '' ? JSON.parse(text) : undefined,
    }
  }
  return { server, origin, call, lines, port, records: () => lines.map((line) => JSON.parse(line)) }
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
const json = (body: unknown) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

test('createHttpServer() lets in who may, and tells the others why not', async (t) => {
  const { call } = await setup(t)
  assert.deepEqual((await call('/flows?page[size]=5', bearer('reader'))).body, { size: 5, by: 'u1' })
  assert.equal((await call('/flows', bearer('admin'))).body.size, 20)
  const missing = await call('/flows')
  assert.equal(missing.status, 401)
  assert.equal(missing.headers.get('www-authenticate'), 'Bearer')
  assert.equal(missing.body.errors[0].message, 'Missing authorization header.')
  assert.equal(missing.body.message, 'Missing authorization header.')
  for (const authorization of ['SomeToken', 'Basic abc', 'Bearer', 'Bearer a b', `Bearer ${'x'.repeat(2000)}`]) {
    const refused = await call('/flows', { headers: { authorization } })
    assert.deepEqual([refused.status, refused.body.message], [401, 'INVALID_HEADER'], authorization)
  }
  assert.equal((await call('/flows', bearer('unknown'))).status, 401)
  const forbidden = await call('/flows', bearer('nobody'))
  assert.equal(forbidden.status, 403)
  assert.match(forbidden.body.message, /"flows\.read"/)
  assert.equal((await call(`/flows/${flowId}`, bearer('nobody'))).status, 200)
  assert.equal((await call('/flows', { headers: { 'x-auth-type': 'random' } })).status, 400)
  assert.equal(
    (await call('/flows', { headers: { 'x-auth-type': 'oidc', authorization: 'bearer reader' } })).status,
    200,
  )
})

test('createHttpServer() answers 503 when tokens cannot be verified', async (t) => {
  const principals = async () => {
    throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
  }
  const { call } = await setup(t, { principals })
  const answer = await call('/flows', bearer('reader'))
  assert.deepEqual([answer.status, answer.body.code, answer.headers.get('retry-after')], [503, 'unavailable', '1'])
})

test('createHttpServer() answers values, JSON texts, texts, nothing, and headers', async (t) => {
  const { call } = await setup(t)
  const created = await call('/flows', json({ name: 'f1' }))
  assert.deepEqual([created.status, created.body, created.headers.get('location')], [201, { id: 'f1' }, '/flows/1'])
  assert.equal(created.headers.get('content-type'), 'application/json; charset=utf-8')
  assert.equal(created.headers.get('cache-control'), 'no-store')
  assert.equal(created.headers.get('x-content-type-options'), 'nosniff')
  assert.deepEqual((await call(`/flows/${flowId}`, bearer('reader'))).body, { id: flowId })
  const deleted = await call(`/flows/${flowId}`, { method: 'DELETE' })
  assert.deepEqual([deleted.status, deleted.text], [204, ''])
  const deletedWithType = await call(`/flows/${flowId}`, {
    method: 'DELETE',
    headers: { 'content-type': 'application/json' },
  })
  assert.equal(deletedWithType.status, 204)
  const bytes = Buffer.from([0, 255, 1])
  const raw = await call('/echo', { method: 'POST', body: bytes })
  assert.equal(raw.text, 'undefined:00ff01')
})

test('createHttpServer() reports the faults of all parts at once', async (t) => {
  const { call } = await setup(t)
  const bad = await call('/flows', json({ name: 7, tags: ['a', 1], extra: true }))
  assert.deepEqual([bad.status, bad.body.code], [400, 'invalid-body'])
  assert.deepEqual(bad.body.errors.map(({ field }: { field: string }) => field).toSorted(), [
    'extra',
    'name',
    'tags[1]',
  ])
  assert.equal(bad.headers.get('content-type'), 'application/problem+json; charset=utf-8')
  assert.equal((await call('/flows?page[size]=x', bearer('reader'))).body.errors[0].field, 'page[size]')
  assert.equal(
    (await call('/flows?other=1', bearer('reader'))).body.errors[0].message,
    'Query parameter "other" is unknown',
  )
  assert.equal((await call('/flows/123', bearer('reader'))).status, 400)
})

test('createHttpServer() answers unknown paths 404, wrong methods 405, OPTIONS 204 and HEAD like GET', async (t) => {
  const { call } = await setup(t)
  const nowhere = await call('/nowhere', { method: 'POST', headers: { 'content-type': 'text/odd' }, body: 'x' })
  assert.deepEqual([nowhere.status, nowhere.body.code], [404, 'not-found'])
  const wrong = await call('/flows', { method: 'PUT', body: 'x' })
  assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'GET, HEAD, OPTIONS, POST'])
  assert.equal((await call(`/flows/${flowId}`, { method: 'POST' })).headers.get('allow'), 'DELETE, GET, HEAD, OPTIONS')
  const options = await call('/flows', { method: 'OPTIONS' })
  assert.deepEqual([options.status, options.headers.get('allow')], [204, 'GET, HEAD, OPTIONS, POST'])
  const head = await call('/flows', { method: 'HEAD', ...bearer('reader') })
  assert.deepEqual([head.status, head.text, head.headers.get('content-length')], [200, '', '21'])
  assert.equal((await call('/flows', { method: 'HEAD' })).status, 401)
  assert.equal((await call('/livez', { method: 'DELETE' })).status, 405)
  assert.equal((await call('/flows/', bearer('reader'))).status, 200)
})

test('createHttpServer() hides its own errors and logs them with the request id', async (t) => {
  const failing = (path: string, error: unknown) =>
    route({
      method: 'GET',
      path,
      summary: '',
      permission: 'public',
      response: { 200: Type.String() },
      handle: () => Promise.reject(error),
    })
  const database = Object.assign(new Error('duplicate key (mail)=(a@b)'), { code: '23505', severity: 'ERROR' })
  const wrong = route({
    method: 'GET',
    path: '/flows-wrong',
    summary: '',
    permission: 'public',
    response: { 200: Type.Object({ a: Type.String() }) },
    handle: () => ({ status: 200, body: JSON.parse('{"a":1}') }),
  })
  const lost = Object.assign(new Error('terminating'), { code: '57P01' })
  const routes = [
    failing('/flows-own', database),
    failing('/flows-lost', lost),
    failing('/flows-text', 'thrown text'),
    wrong,
  ]
  routes.push(failing('/flows-busy', new HubError('too-many-requests', 'Slow down', { retryAfter: 7 })))
  const { call, lines, records } = await setup(t, { routes })
  const own = await call('/flows-own', { headers: { 'x-request-id': 'my-id.1' } })
  assert.deepEqual([own.status, own.body.code, own.body.instance], [500, 'internal', 'my-id.1'])
  assert.equal(own.headers.get('x-request-id'), 'my-id.1')
  assert.ok(!own.text.includes('duplicate') && !lines.join('').includes('a@b'))
  const logged = records().find(({ level }) => level === 'error')
  assert.deepEqual(
    [logged.requestId, logged.err.code, logged.route],
    ['my-id.1', '23505', '/flow-repository/flows-own'],
  )
  assert.deepEqual(
    [(await call('/flows-lost')).status, (await call('/flows-text')).status, (await call('/flows-wrong')).status],
    [503, 500, 500],
  )
  const busy = await call('/flows-busy')
  assert.deepEqual([busy.status, busy.headers.get('retry-after')], [429, '7'])
})

test('createHttpServer() carries request id, trace and the address behind trusted proxies only', async (t) => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const headers = { 'x-forwarded-for': '203.0.113.9', traceparent, 'x-request-id': 'abc' }
  const trusting = await setup(t, { trustProxy: ['127.0.0.1/32'] })
  const seen = await trusting.call('/about', { headers })
  assert.deepEqual(seen.body, { ip: '203.0.113.9', requestId: 'abc', traceparent })
  const other = await setup(t)
  const bad = { ...headers, traceparent: traceparent.replaceAll('a', 'A'), 'x-request-id': 'no spaces' }
  const { body } = await other.call('/about', { headers: bad })
  assert.deepEqual([body.ip, body.traceparent], ['127.0.0.1', undefined])
  assert.match(body.requestId, /^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  const own = other.records().find(({ msg }) => msg === 'Seen')
  assert.equal(own.requestId, body.requestId)
})

test('createHttpServer() writes one line and one measure a request, without path, query or body', async (t) => {
  const { call, lines, records } = await setup(t)
  await call('/flows?page[size]=77', bearer('reader'))
  await call('/nowhere-canary')
  const measured = await call('/metrics')
  const served = records().filter(({ msg }) => msg === 'Request served')
  assert.deepEqual(
    served.slice(0, 2).map(({ level, method, route: pattern, status }) => [level, method, pattern, status]),
    [
      ['debug', 'GET', '/flow-repository/flows', 200],
      ['debug', 'GET', 'unmatched', 404],
    ],
  )
  assert.equal(typeof served[0].ms, 'number')
  assert.doesNotMatch(lines.join(''), /page|canary|reader/)
  assert.match(
    measured.text,
    /http_request_duration_seconds_count\{method="GET",route="\/flow-repository\/flows",status="200"\} 1/,
  )
  assert.match(measured.text, /process_cpu_seconds_total/)
})

test('createHttpServer() says whether it lives and is ready', async (t) => {
  let parts: Readiness[] = [{ name: 'database', ok: true }]
  const { call, server } = await setup(t, { readiness: async () => parts })
  assert.equal((await call('/livez')).status, 200)
  assert.equal((await call('/readyz')).status, 200)
  parts = [{ name: 'database', ok: false, detail: 'gone' }]
  const lost = await call('/readyz')
  assert.deepEqual([lost.status, lost.body.parts[1]], [503, { name: 'database', ok: false, detail: 'gone' }])
  parts = []
  server.setReady(false)
  assert.equal((await call('/readyz')).status, 503)
  assert.equal((await call('/flows', bearer('reader'))).status, 200)
  const throwing = await setup(t, { readiness: async () => Promise.reject(new Error('no')) })
  assert.equal((await throwing.call('/readyz')).status, 503)
})

test('createHttpServer() describes every route in an OpenAPI 3.1 document', async (t) => {
  const { call, server } = await setup(t)
  const { body: document } = await call('/openapi.json')
  assert.deepEqual(document, JSON.parse(JSON.stringify(await server.openapi())))
  assert.deepEqual([document.openapi, document.info.version], ['3.1.0', '1.2.3'])
  assert.deepEqual(Object.keys(document.paths).toSorted(), [
    '/about',
    '/echo',
    '/flow-repository/flows',
    '/flow-repository/flows/{id}',
  ])
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path as object))
  assert.equal(operations.length, 6)
  for (const operation of operations) {
    assert.ok(operation.operationId && operation.summary && operation.tags.length > 0 && operation.security)
    const problem = operation.responses[500].content['application/problem+json'].schema
    assert.deepEqual(problem, { $ref: '#/components/schemas/Problem' })
  }
  const list = document.paths['/flow-repository/flows'].get
  assert.equal(list.operationId, 'getFlowRepositoryFlows')
  assert.deepEqual(list.security, [{ bearer: [] }, { session: [] }])
  assert.deepEqual(Object.keys(list.responses), ['200', '400', '401', '403', '431', '500', '503'])
  assert.equal(list.parameters[0].name, 'page[size]')
  assert.match(list.description, /`flows\.read`/)
  const post = document.paths['/flow-repository/flows'].post
  assert.deepEqual(post.security, [])
  assert.deepEqual(post.requestBody.content['application/json'].schema.required, ['name'])
  assert.deepEqual(Object.keys(post.responses), ['201', '400', '413', '415', '431', '500', '503'])
  assert.equal(document.components.schemas.Problem.type, 'object')
})

test('createHttpServer() documents an error in the form of the route beside that of the server', async (t) => {
  const page = route({
    method: 'POST',
    path: '/flows-page',
    summary: 'A page',
    permission: 'public',
    rawBody: true,
    produces: 'text/html',
    response: { 200: Type.String(), 400: Type.String({ title: 'Page' }) },
    handle: () => ({ status: 400, text: '<p>no</p>', type: 'text/html' }),
  })
  const { call } = await setup(t, { routes: [page] })
  const { body } = await call('/openapi.json')
  const { responses } = body.paths['/flow-repository/flows-page'].post
  assert.deepEqual(Object.keys(responses), ['200', '400', '413', '415', '431', '500', '503'])
  assert.deepEqual(responses[400].content, {
    'text/html': { schema: { type: 'string', title: 'Page' } },
    'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
  })
})

test('createHttpServer() documents that browsers are told of errors by a page', async (t) => {
  const led = route({
    method: 'GET',
    path: '/flows-back',
    summary: 'Where browsers are led to',
    permission: 'public',
    forBrowsers: true,
    response: { 302: null },
    handle: () => ({ status: 302, headers: { location: '/' } }),
  })
  const { call } = await setup(t, { routes: [led] })
  const { body } = await call('/openapi.json')
  const { responses } = body.paths['/flow-repository/flows-back'].get
  assert.deepEqual(Object.keys(responses[400].content), ['text/html', 'application/problem+json'])
})

test('createHttpServer() serves readable documentation that needs nothing from outside', async (t) => {
  const { call, origin } = await setup(t)
  for (const path of ['/docs', '/docs/']) {
    const page = await call(path)
    assert.equal(page.status, 200)
    const policy = page.headers.get('content-security-policy') ?? ''
    assert.match(policy, /script-src 'self';/)
    assert.doesNotMatch(policy, /upgrade-insecure-requests|https:/)
    assert.doesNotMatch(page.text, /<script>/)
    const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, asset]) => new URL(asset ?? '', origin + path),
    )
    assert.ok(assets.length >= 4)
    for (const asset of assets) {
      assert.equal(asset.origin, origin)
      assert.equal((await call(asset.pathname)).status, 200, asset.pathname)
    }
  }
  const none = await setup(t, { docs: false })
  assert.equal((await none.call('/docs')).status, 404)
  assert.equal((await none.call('/openapi.json')).status, 404)
})

test('createHttpServer() refuses operations that exist and bases that are none', () => {
  const make = (mounts: HttpServerOptions['mounts']) =>
    createHttpServer({
      logger: createLogger({ level: 'silent' }),
      metrics: createMetrics(),
      principals: async () => undefined,
      readiness: async () => [],
      version: '1',
      trustProxy: [],
      docs: false,
      mounts,
    })
  assert.throws(() => make([{ base: '/a', tag: 'a', routes: [about, about] }]), /operation "getAAbout" exists/)
  assert.throws(() => make([{ base: 'a/', tag: 'a', routes: [] }]), /Cannot mount "a\/"/)
})

test('createHttpServer() answers requests from within without a start', async (t) => {
  const server = createHttpServer({
    logger: createLogger({ level: 'silent' }),
    metrics: createMetrics(),
    principals: async (token) => known.get(token),
    readiness: async () => [],
    version: '1',
    trustProxy: [],
    docs: false,
    mounts: [{ base: '', tag: 'a', routes: [listFlows] }],
  })
  t.after(() => server.stop())
  const answer = await server.inject({ url: '/flows', headers: { authorization: 'Bearer reader' } })
  assert.equal(answer.statusCode, 200)
})

test('createHttpServer() tells a handler when its client goes or its time is over', async (t) => {
  let began = Promise.withResolvers<AbortSignal>()
  const waiting = (method: 'GET' | 'POST') =>
    route({
      method,
      path: '/flows-wait',
      summary: '',
      permission: 'public',
      ...(method === 'POST' ? { body: Type.Object({}) } : {}),
      response: { 204: null },
      handle: ({ signal }) => {
        began.resolve(signal)
        return new Promise(() => {})
      },
    })
  const { call, records } = await setup(t, { routes: [waiting('GET'), waiting('POST')] })
  // A body that has been read ends the request as a stream, and not its answer.
  for (const request of [{ method: 'GET' }, json({})]) {
    began = Promise.withResolvers()
    const client = new AbortController()
    const gone = assert.rejects(call('/flows-wait', { ...request, signal: client.signal }))
    const signal = await began.promise
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve))
    client.abort()
    await gone
    await aborted
    assert.ok(records().some(({ method, status }) => method === request.method && status === 499))
  }
  const hurried = await setup(t, { routes: [waiting('GET')], limits: { handlerTimeout: 20 } })
  const late = await hurried.call('/flows-wait')
  assert.deepEqual([late.status, late.body.code], [503, 'unavailable'])
})

test('createHttpServer() streams, and ends live streams when it stops', async (t) => {
  const source = new Readable({ read() {} })
  source.push('event: one\n\n')
  const live = route({
    method: 'GET',
    path: '/flows-live',
    summary: '',
    permission: 'public',
    response: { 200: Type.String() },
    produces: 'text/event-stream',
    handle: () => ({ status: 200, stream: source, type: 'text/event-stream', live: true }),
  })
  const { origin, server } = await setup(t, { routes: [live] })
  const response = await fetch(`${origin}/flow-repository/flows-live`)
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  const [text] = await Promise.all([response.text(), server.stop()])
  assert.equal(text, 'event: one\n\n')
  assert.ok(source.destroyed)
})
