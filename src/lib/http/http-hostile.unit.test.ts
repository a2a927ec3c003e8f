import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { Type } from 'typebox'
import { createLogger } from '../logger.ts'
import { createMetrics } from '../telemetry.ts'
import { createHttpServer, type HttpLimits } from './http-server.ts'
import { type Route, route } from './route.ts'

const open = { method: 'POST', summary: '', permission: 'public' } as const
const body = Type.Object({ name: Type.String() }, { additionalProperties: false })
const post = route({ ...open, path: '/things', body, response: { 204: null }, handle: () => ({ status: 204 }) })
const postAny = route({
  ...open,
  path: '/any',
  body: Type.Unknown(),
  response: { 204: null },
  handle: () => ({ status: 204 }),
})
const start = route({ ...open, path: '/start', response: { 204: null }, handle: () => ({ status: 204 }) })
const guarded = route({
  ...open,
  permission: 'signed-in',
  path: '/guarded',
  body,
  response: { 204: null },
  handle: () => ({ status: 204 }),
})
const get = route({
  method: 'GET',
  path: '/things/:name',
  summary: '',
  permission: 'public',
  params: Type.Object({ name: Type.String() }),
  query: Type.Object({ q: Type.Optional(Type.String()) }, { additionalProperties: false }),
  response: { 204: null },
  handle: () => ({ status: 204 }),
})

async function setup(t: TestContext, limits: HttpLimits = {}, more: Route[] = []) {
  const lines: string[] = []
  const server = createHttpServer({
    logger: createLogger({ destination: { write: (line) => lines.push(line) } }),
    metrics: createMetrics(),
    principals: async () => undefined,
    mounts: [{ base: '', tag: 'things', routes: [post, postAny, start, guarded, get, ...more] }],
    readiness: async () => [],
    version: '1',
    trustProxy: [],
    docs: false,
    limits,
  })
  t.after(() => server.stop())
  const { port } = await server.start({ host: '127.0.0.1', port: 0 })
  const open = async () => {
    const socket = connect(port, '127.0.0.1')
    t.after(() => socket.destroy())
    await once(socket, 'connect')
    return socket
  }
  /** Sends bytes and gives all that comes back until the server closes. */
  const raw = async (text: string) => {
    const socket = await open()
    socket.write(text)
    return answerOf(await allOf(socket))
  }
  const send = (path: string, content: string | Buffer, type = 'application/json') =>
    fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers: { 'content-type': type }, body: content }).then(
      read,
    )
  const ask = (path: string) => raw(`GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`)
  return { server, port, open, raw, send, ask, lines }
}

async function read(response: Response) {
  const text = await response.text()
  return { status: response.status, text, problem: text === '' ? undefined : JSON.parse(text) }
}

async function allOf(socket: Socket): Promise<string> {
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}

function answerOf(text: string) {
  const [head = '', content = ''] = text.split('\r\n\r\n')
  const problem = content === '' ? undefined : JSON.parse(content)
  return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), problem }
}

test('http server: malformed JSON is told without quoting it', async (t) => {
  const { send, lines } = await setup(t)
  for (const content of [
    '{"name":"canary"',
    'canary',
    '{"name":"canary"}}',
    '{name:"canary"}',
    '[1,]',
    '"\u0001"',
    '\u0000',
  ]) {
    const { status, text, problem } = await send('/things', content)
    assert.equal(status, 400, content)
    assert.equal(problem.message, 'Cannot read the body as it must be well-formed JSON')
    assert.doesNotMatch(text, /canary|position/)
  }
  assert.doesNotMatch(lines.join(''), /canary/)
})

test('http server: bodies that are no UTF-8, empty, poisoned, deep, or hold NUL are refused', async (t) => {
  const { send } = await setup(t)
  const cases: [string | Buffer, RegExp][] = [
    [Buffer.from([0x22, 0xff, 0x22]), /must be UTF-8/],
    ['', /The body is required/],
    ['null', /The body must be object/],
    ['{"name":"a","__proto__":{"admin":true}}', /must not have a field "__proto__"/],
    ['{"name":"a","\\u005f_proto__":1}', /must not have a field "__proto__"/],
    ['{"name":"a","constructor":{"prototype":{}}}', /constructor\.prototype/],
    ['{"name":"a\\u0000"}', /Field "name" must not contain a NUL character/],
    ['{"name":"\\ud800"}', /lone surrogate/],
  ]
  for (const [content, reason] of cases) {
    const { status, problem } = await send('/things', content)
    assert.equal(status, 400, String(content))
    assert.match(problem.message, reason)
    assert.ok(problem.errors.length >= 1)
  }
  const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`
  assert.equal((await send('/any', deep)).status, 400)
  assert.equal((await send('/any', '{"a":[1,2,{"b":null}]}')).status, 204)
  assert.equal((await send('/start', '')).status, 204)
})

test('http server: other content types are refused, relatives of JSON are not', async (t) => {
  const { send, raw } = await setup(t)
  const good = '{"name":"a"}'
  for (const type of [
    'text/plain',
    'application/xml',
    'application/jsonx',
    'multipart/form-data',
    'x',
    'application/json/x',
  ]) {
    assert.equal((await send('/things', good, type)).status, 415, type)
  }
  for (const type of ['application/json; charset=utf-8', 'application/merge-patch+json', 'APPLICATION/JSON']) {
    assert.equal((await send('/things', good, type)).status, 204, type)
  }
  const without = await raw('POST /things HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}')
  assert.equal(without.status, 415)
})

test('http server: large bodies are refused, also when their length is not told or is a lie', async (t) => {
  const { send, raw } = await setup(t, { bodyLimit: 1000 })
  const large = await send('/things', JSON.stringify({ name: 'x'.repeat(1000) }))
  assert.deepEqual([large.status, large.problem.code], [413, 'too-large'])
  const head = 'POST /things HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n'
  const told = await raw(`${head}Content-Length: 99999999\r\n\r\n`)
  assert.equal(told.status, 413)
  const chunked = await raw(
    `${head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n${'x'.repeat(2000)}\r\n0\r\n\r\n`,
  )
  assert.equal(chunked.status, 413)
})

test('http server: the body of an unauthenticated request is not read', async (t) => {
  const { open } = await setup(t)
  const socket = await open()
  socket.write(
    'POST /guarded HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{',
  )
  const [chunk] = await once(socket, 'data')
  assert.match(String(chunk), /^HTTP\/1\.1 401 /)
  socket.destroy()
})

test('http server: malformed encodings and NUL in path and query are refused', async (t) => {
  const { ask } = await setup(t)
  for (const path of [
    '/things/%',
    '/things/%zz',
    '/things/%ff',
    '/things/a%00b',
    '/things/a?q=%00',
    '/things/a?q=%zz',
    '/things/a?%ff=1',
  ]) {
    const { status, problem } = await ask(path)
    assert.equal(status, 400, path)
    assert.equal(problem.status, 400)
  }
  assert.match((await ask('/things/a?q=1&q=2')).problem.message, /Query parameter "q" must be string/)
  assert.match((await ask('/things/a?__proto__=1')).problem.message, /Query parameter "__proto__" is unknown/)
  assert.equal((await ask('/things/a?q=%20')).status, 204)
  assert.equal((await ask(`/things/${'x'.repeat(2000)}`)).status, 400)
})

test('http server: what is no HTTP gets a problem document and the door', async (t) => {
  const { raw } = await setup(t)
  const garbage = await raw('\u0016\u0003\u0001 hello\r\n\r\n')
  assert.deepEqual([garbage.status, garbage.problem.code], [400, 'bad-request'])
  assert.match(garbage.head, /connection: close/)
  const smuggled =
    'POST /things HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
  assert.equal((await raw(smuggled)).status, 400)
  const large = await raw(`GET /livez HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)
  assert.deepEqual([large.status, large.problem.code], [431, 'headers-too-large'])
  assert.equal((await raw('GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n')).status, 400)
})

test('http server: clients that trickle are cut off', async (t) => {
  const limits = { headersTimeout: 100, requestTimeout: 200, checkInterval: 20 }
  const { raw } = await setup(t, limits)
  const [headers, content] = await Promise.all([
    raw('GET /livez HTTP/1.1\r\nHost: h\r\nX-Slow:'),
    raw('POST /things HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{'),
  ])
  assert.deepEqual([headers.status, headers.problem.code], [408, 'request-timeout'])
  assert.equal(content.status, 408)
})

test('http server: header values of callers cannot forge answers or lines', async (t) => {
  const { raw } = await setup(t)
  const { head, problem } = await raw(
    'GET /nowhere HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Request-Id: a"}\tb\r\n\r\n',
  )
  assert.match(head, /x-request-id: [0-9a-f-]{36}/)
  assert.match(problem.instance, /^[0-9a-f-]{36}$/)
})

test('stop() finishes what is under way, refuses what comes then, and closes kept connections', async (t) => {
  const begun = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  const slow = route({
    method: 'GET',
    path: '/slow',
    summary: '',
    permission: 'public',
    response: { 200: Type.String() },
    handle: async () => {
      begun.resolve()
      await finish.promise
      return { status: 200, body: 'done' }
    },
  })
  const { server, open, port } = await setup(t, {}, [slow])
  const [idle, busy] = [await open(), await open()]
  idle.write('GET /livez HTTP/1.1\r\nHost: h\r\n\r\n')
  await once(idle, 'data')
  busy.write('GET /slow HTTP/1.1\r\nHost: h\r\n\r\n')
  await begun.promise
  const closed = once(idle, 'close')
  const stopping = server.stop()
  assert.equal(stopping, server.stop())
  await closed
  busy.write('GET /things/a HTTP/1.1\r\nHost: h\r\n\r\n')
  finish.resolve()
  const text = await allOf(busy)
  await stopping
  assert.match(text, /^HTTP\/1\.1 200 OK/)
  assert.match(text, /"done"/)
  assert.match(text.toLowerCase(), /connection: close/)
  await assert.rejects(fetch(`http://127.0.0.1:${port}/livez`))
})

test('stop() cuts what does not end within the deadline', async (t) => {
  const begun = Promise.withResolvers<void>()
  const endless = route({
    method: 'GET',
    path: '/endless',
    summary: '',
    permission: 'public',
    response: { 204: null },
    handle: () => {
      begun.resolve()
      return new Promise<never>(() => {})
    },
  })
  const { server, open, lines } = await setup(t, { stopDeadline: 50 }, [endless])
  const socket = await open()
  socket.on('error', () => {})
  socket.write('GET /endless HTTP/1.1\r\nHost: h\r\n\r\n')
  await begun.promise
  const closed = once(socket, 'close')
  await server.stop()
  await closed
  assert.match(lines.join(''), /Connections cut/)
})
