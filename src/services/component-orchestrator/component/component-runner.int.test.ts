import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { TerminalError } from '#lib/errors'
import { createLogger } from '#lib/logger'
import { createOutbound } from '#lib/outbound/outbound'
import { createExpressionPool } from '../expression/expression-pool.ts'
import type { SchemaClient } from '../schema/schema-client.ts'
import type { Secret } from '../secret/secret-client.ts'
import type { Message } from './component.ts'
import { loadComponents } from './component-registry.ts'
import { createComponentRunner, type StepCall } from './component-runner.ts'

const builtIns = fileURLToPath(new URL('../../../../components', import.meta.url))

function setup(t: TestContext, folder = builtIns) {
  const pool = createExpressionPool()
  const outbound = createOutbound({ allow: ['127.0.0.1'] })
  const registry = loadComponents(folder)
  const schemas: SchemaClient = {
    async validate({ schema, document, token }) {
      const errors = document === schema ? [] : [{ path: '/a', schemaPath: '#/a', keyword: 'const', message: token }]
      return { valid: errors.length === 0, errors }
    },
  }
  const logger = createLogger({ level: 'silent' })
  const runner = createComponentRunner({ registry, pool, outbound, schemas, logger })
  const [token, key] = ['a token', 'f:s']
  t.after(async () => {
    await runner.stop()
    await Promise.all([pool.stop(), outbound.close()])
  })
  const run = async (component: string, fields: object, message: StepCall['message'], signal?: AbortSignal) => {
    const texts = await runner.run({ component, fields, token, message, idempotencyKey: 'run-1:step-1', signal, key })
    return texts.map((text): Message => JSON.parse(text))
  }
  /** What `http-request` makes of the message by the secret, as text. */
  const request = (fields: object, secret: Secret) =>
    runner.run({ component: 'http-request', fields, secret, token, message, idempotencyKey: 'i', key })
  return { run, request, runner }
}

interface Seen {
  method: string | undefined
  url: string | undefined
  headers: IncomingHttpHeaders
  body: string
}

async function serve(t: TestContext, answer: (response: ServerResponse, seen: Seen) => unknown) {
  const requests: Seen[] = []
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request
    const seen = { method, url, headers, body: Buffer.concat(await request.toArray()).toString() }
    requests.push(seen)
    answer(response, seen)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return { requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const message = {
  data: { n: 2, list: [1, 2] },
  metadata: { recordUid: 'r' },
  attachments: { a: { url: 'https://a.test' } },
  query: { q: '1' },
}
const kept = { metadata: message.metadata, attachments: message.attachments }

describe('run() of jsonata', () => {
  test('sends on one message with the result, metadata and attachments', async (t) => {
    const { run } = setup(t)
    assert.deepEqual(await run('jsonata', { expression: '{"m": n + 1}' }, message), [{ data: { m: 3 }, ...kept }])
    assert.deepEqual(await run('jsonata', { expression: 'list' }, message), [{ data: [1, 2], ...kept }])
    assert.deepEqual(await run('jsonata', { expression: '$message.query.q' }, message), [{ data: '1', ...kept }])
    assert.deepEqual(await run('jsonata', { expression: 'null' }, message), [{ data: null, ...kept }])
  })

  test('sends on nothing when nothing is selected', async (t) => {
    assert.deepEqual(await setup(t).run('jsonata', { expression: 'nothing' }, message), [])
  })

  test('takes the message as text and gives it as text', async (t) => {
    const { runner } = setup(t)
    const fields = { expression: '$' }
    const call = { component: 'jsonata', fields, token: 't', message: '{"data":[1]}', idempotencyKey: 'i', key: 'k' }
    assert.deepEqual(await runner.run(call), ['{"data":[1]}'])
  })
})

test('run() of filter passes the message on unchanged when $boolean says so', async (t) => {
  const { run } = setup(t)
  for (const expression of ['n = 2', 'n', 'list', '"x"', '{"a": 1}']) {
    assert.deepEqual(await run('filter', { expression }, message), [message], expression)
  }
  for (const expression of ['n = 3', '0', '""', '[]', '{}', 'null', 'nothing', '[0, ""]', '$sum']) {
    assert.deepEqual(await run('filter', { expression }, message), [], expression)
  }
})

test('run() of validate passes on what is valid, and does with the rest as it is told', async (t) => {
  const { run } = setup(t)
  const validate = (data: unknown, onInvalid?: string) =>
    run('validate', { schema: 'right', ...(onInvalid && { onInvalid }) }, { ...message, data })
  for (const mode of [undefined, 'fail', 'drop']) {
    assert.deepEqual(await validate('right', mode), [{ ...message, data: 'right' }], mode)
  }
  const reason = 'The data must be valid by schema "right": "/a" a token'
  for (const mode of [undefined, 'fail']) {
    await assert.rejects(validate('wrong', mode), (error) => error instanceof TerminalError && error.message === reason)
  }
  assert.deepEqual(await validate('wrong', 'drop'), [])
  const errors = [{ path: '/a', schemaPath: '#/a', keyword: 'const', message: 'a token' }]
  const marked = (data: string, validation: object) => ({ ...message, data, metadata: { recordUid: 'r', validation } })
  assert.deepEqual(await validate('wrong', 'mark'), [marked('wrong', { valid: false, errors })])
  assert.deepEqual(await validate('right', 'mark'), [marked('right', { valid: true, errors: [] })])
})

test('run() of split makes a message of each element', async (t) => {
  const { run } = setup(t)
  const split = async (fields: object, data: unknown) =>
    (await run('split', fields, { ...message, data })).map((out) => out.data)
  assert.deepEqual(await split({ expression: 'list' }, { list: [3, { a: 1 }, [4]] }), [3, { a: 1 }, [4]])
  assert.deepEqual(await split({}, [1, 2]), [1, 2])
  assert.deepEqual(await split({}, { a: 1 }), [{ a: 1 }])
  assert.deepEqual(await split({ expression: 'nothing' }, {}), [])
  assert.deepEqual(await run('split', {}, { ...message, data: [1] }), [{ data: 1, ...kept }])
})

describe('run() of http-request', () => {
  test('posts the data with the idempotency key and gives the parsed answer', async (t) => {
    const server = await serve(t, (response) =>
      response.writeHead(201, { 'content-type': 'application/json' }).end('{"ok":true}'),
    )
    const [output] = await setup(t).run('http-request', { url: `${server.url}/in` }, message)
    const data = Object(output?.data)
    assert.deepEqual([data.status, data.body, data.headers['content-type']], [201, { ok: true }, 'application/json'])
    assert.deepEqual({ ...output, data: undefined }, { data: undefined, ...kept })
    const [seen] = server.requests
    assert.deepEqual([seen?.method, seen?.url, seen?.body], ['POST', '/in', '{"n":2,"list":[1,2]}'])
    assert.equal(seen?.headers['content-type'], 'application/json')
    assert.equal(seen?.headers['idempotency-key'], 'run-1:step-1')
  })

  test('sends method, headers and body of the fields', async (t) => {
    const server = await serve(t, (response) => response.end('fine'))
    const { run } = setup(t)
    const fields = {
      url: server.url,
      method: 'PUT',
      headers: { 'Content-Type': 'text/xml', 'X-Key': 'k' },
      body: '<a/>',
    }
    const [output] = await run('http-request', fields, message)
    assert.deepEqual(output?.data, { ...Object(output?.data), body: 'fine' })
    await run('http-request', { url: server.url, method: 'GET' }, message)
    await run('http-request', { url: server.url, method: 'DELETE' }, message)
    await run('http-request', { url: server.url, method: 'DELETE', body: { why: 'x' } }, message)
    const [put, get, bare, full] = server.requests
    assert.deepEqual([put?.body, put?.headers['content-type'], put?.headers['x-key']], ['<a/>', 'text/xml', 'k'])
    assert.deepEqual([get?.body, get?.headers['content-type']], ['', undefined])
    assert.deepEqual([bare?.body, full?.body], ['', '{"why":"x"}'])
  })

  test('fails for good where another attempt cannot help', async (t) => {
    const server = await serve(t, (response) => response.writeHead(422).end('x'.repeat(2_000)))
    const { run } = setup(t)
    await assert.rejects(run('http-request', { url: `${server.url}/in?key=s` }, message), (error: Error) => {
      assert.ok(error instanceof TerminalError)
      assert.equal(
        error.message,
        `POST "${server.url}/in" must be answered with 2xx: the answer is 422 ${'x'.repeat(500)}`,
      )
      return true
    })
    await assert.rejects(run('http-request', { url: 'http://127.0.0.2:1/' }, message), (error: Error) => {
      assert.ok(error instanceof TerminalError)
      assert.match(error.message, /127.0.0.2 is loopback$/)
      return true
    })
    const headers = { 'X-A': 'a\r\nb' }
    await assert.rejects(run('http-request', { url: server.url, headers }, message), TerminalError)
  })

  test('may be tried again where that can help, no earlier than the server asks for', async (t) => {
    const server = await serve(t, (response, { url }) => {
      response.writeHead(Number(url?.slice(1)), { 'retry-after': '7' }).end()
    })
    const { run } = setup(t)
    const waits: [status: number, retryAfter: number | undefined][] = [
      [408, undefined],
      [425, undefined],
      [429, 7_000],
      [500, undefined],
      [503, 7_000],
      [504, undefined],
    ]
    for (const [status, retryAfter] of waits) {
      await assert.rejects(run('http-request', { url: `${server.url}/${status}` }, message), (error: Error) => {
        assert.ok(!(error instanceof TerminalError))
        assert.match(error.message, new RegExp(`the answer is ${status}$`))
        assert.equal((error as { retryAfter?: number }).retryAfter, retryAfter)
        return true
      })
    }
  })

  test('may be tried again after a timeout and a broken connection', async (t) => {
    const silent = await serve(t, () => {})
    const broken = await serve(t, (response) => response.destroy())
    const { run } = setup(t)
    for (const fields of [{ url: silent.url, timeout: 50 }, { url: broken.url }]) {
      await assert.rejects(run('http-request', fields, message), (error) => !(error instanceof TerminalError))
    }
  })

  test('ends when it is aborted, and when the runner stops', async (t) => {
    const { promise: asked, resolve } = Promise.withResolvers<void>()
    const server = await serve(t, () => resolve())
    const { run, runner } = setup(t)
    const aborter = new AbortController()
    const aborted = assert.rejects(run('http-request', { url: server.url }, message, aborter.signal), /was aborted/)
    await asked
    aborter.abort()
    await aborted
    const stopped = assert.rejects(run('http-request', { url: server.url }, message), /was aborted/)
    await runner.stop()
    await stopped
    await assert.rejects(run('http-request', { url: server.url }, message), /must be running/)
  })
})

describe('run() of http-request by a secret', () => {
  const apiKey = 'key-0/1"2'
  const keyFor = (...urls: string[]): Secret => ({
    ...{ id: 'secret-1', type: 'API_KEY', value: { key: apiKey } },
    allowedHosts: urls.map((url) => new URL(url).host),
  })
  const failed = (error: unknown) => {
    assert.ok(error instanceof TerminalError, String(error))
    for (let each: unknown = error; each instanceof Error; each = each.cause) assert.ok(!each.stack?.includes(apiKey))
    return error.message
  }

  test('sends it to its host, and hands on no answer that repeats it', async (t) => {
    const server = await serve(t, (response, { headers }) => {
      response.setHeader('content-type', 'application/json').setHeader('x-echo', String(headers['x-api-key']))
      response.end(JSON.stringify({ headers, url: `/?k=${encodeURIComponent(apiKey)}` }))
    })
    const [text = ''] = await setup(t).request({ url: server.url }, keyFor(server.url))
    assert.equal(server.requests[0]?.headers['x-api-key'], apiKey)
    const { data } = JSON.parse(text)
    assert.deepEqual([data.headers['x-echo'], data.body.url], ['***', '/?k=***'])
    assert.equal(data.body.headers['x-api-key'], '***')
    assert.equal(data.body.headers['idempotency-key'], 'i')
    assert.ok(!text.includes('key-0'), text)
  })

  test('sends username and passphrase as Basic, an access token as Bearer', async (t) => {
    const server = await serve(t, (response, { headers }) => response.end(`you are ${headers.authorization}`))
    const { request } = setup(t)
    const { allowedHosts } = keyFor(server.url)
    const simple = { id: 's', type: 'SIMPLE', value: { username: 'ada', passphrase: 'love' }, allowedHosts }
    const oauth = { id: 's', type: 'OA2_AUTHORIZATION_CODE', value: { accessToken: 'a.b-c_d' }, allowedHosts }
    for (const [secret, shown] of [
      [simple, 'you are Basic ***'],
      [oauth, 'you are Bearer ***'],
    ] as const) {
      const [text = ''] = await request({ url: server.url }, secret)
      assert.equal(JSON.parse(text).data.body, shown)
    }
    const sent = server.requests.map(({ headers }) => headers.authorization)
    assert.deepEqual(sent, ['Basic YWRhOmxvdmU=', 'Bearer a.b-c_d'])
  })

  test('calls no other host, and says which one and by which secret', async (t) => {
    const server = await serve(t, (response) => response.end())
    const { host } = new URL(server.url)
    const wanted = `Cannot send the secret "secret-1" to "${host}" as its allowed hosts must name that host`
    for (const allowed of [[], ['http://127.0.0.1/'], ['http://127.0.0.1:1/']]) {
      const message = await setup(t)
        .request({ url: server.url }, keyFor(...allowed))
        .catch(failed)
      assert.equal(message, wanted)
    }
    assert.deepEqual(server.requests, [])
  })

  test('follows a redirect to another host without it, and back as well', async (t) => {
    const foreign = await serve(t, (response) => response.writeHead(307, { location: `${home.url}/end` }).end())
    const home = await serve(t, (response, { url }) => {
      if (url === '/end') response.end('there')
      else response.writeHead(307, { location: url === '/' ? '/next' : `${foreign.url}/` }).end()
    })
    const [text = ''] = await setup(t).request({ url: home.url }, keyFor(home.url))
    assert.equal(JSON.parse(text).data.body, 'there')
    const keys = home.requests.map(({ url, headers }) => [url, headers['x-api-key']])
    assert.deepEqual(keys, [
      ['/', apiKey],
      ['/next', apiKey],
      ['/end', undefined],
    ])
    assert.deepEqual(
      foreign.requests.map(({ headers }) => headers['x-api-key']),
      [undefined],
    )
  })

  test('takes it along to another of its hosts', async (t) => {
    const other = await serve(t, (response) => response.end())
    const home = await serve(t, (response) => response.writeHead(308, { location: other.url }).end())
    await setup(t).request({ url: home.url }, keyFor(home.url, other.url))
    assert.equal(other.requests[0]?.headers['x-api-key'], apiKey)
  })

  test('fails for good where the fields name its header, and where it authorises nothing', async (t) => {
    const server = await serve(t, (response) => response.end())
    const { request } = setup(t)
    const fields = { url: server.url, headers: { 'X-API-Key': 'own' } }
    const secret = keyFor(server.url)
    assert.match(
      String(await request(fields, secret).catch(failed)),
      /the header "x-api-key" must be given once: it is one of the credentials$/,
    )
    const signing = { ...secret, type: 'OA1_TWO_LEGGED' }
    assert.match(String(await request({ url: server.url }, signing).catch(failed)), /it is "OA1_TWO_LEGGED"$/)
    const broken = { ...secret, value: { key: `${apiKey}\r\nx: y` } }
    assert.match(String(await request({ url: server.url }, broken).catch(failed)), /without line breaks/)
    assert.deepEqual(server.requests, [])
  })

  test('fails with an answer or a redirect that repeats it, and does not tell it', async (t) => {
    const server = await serve(t, (response, { url, headers }) => {
      if (url === '/') response.writeHead(401).end(`"${headers['x-api-key']}" is wrong`)
      else response.writeHead(302, { location: `http://127.0.0.2/${encodeURIComponent(apiKey)}` }).end()
    })
    const { request } = setup(t)
    const secret = keyFor(server.url)
    assert.match(
      String(await request({ url: server.url }, secret).catch(failed)),
      /the answer is 401 "\*{3}" is wrong$/,
    )
    const redirected = String(await request({ url: `${server.url}/on` }, secret).catch(failed))
    assert.match(redirected, /^Cannot call "http:\/\/127\.0\.0\.2\/\*{3}" as the address must be public/)
  })
})

describe('run() of any component', () => {
  function withModule(t: TestContext, code: string) {
    const folder = mkdtempSync(join(tmpdir(), 'components-'))
    t.after(() => rmSync(folder, { recursive: true }))
    mkdirSync(join(folder, 'own'))
    const descriptor = { title: 'Own', runsIn: 'host', actions: { act: { title: 'Act', main: './act.mjs' } } }
    writeFileSync(join(folder, 'own', 'component.json'), JSON.stringify(descriptor))
    writeFileSync(
      join(folder, 'own', 'act.mjs'),
      `export async function process(message, fields, snapshot) { ${code} }`,
    )
    return setup(t, folder)
  }

  test('sends on what was emitted and what is returned, as it was at the time', async (t) => {
    const { run } = withModule(
      t,
      `const m = { data: 1 }; this.emit('data', m); m.data = 2; this.emit('data', m); return { data: 3 }`,
    )
    assert.deepEqual(await run('own', {}, message), [{ data: 1 }, { data: 2 }, { data: 3 }])
  })

  test('fails for good when it emits garbage, even without waiting for it', async (t) => {
    const { run } = withModule(t, `this.emit('data', { data: { big: 1n } })`)
    await assert.rejects(run('own', {}, message), TerminalError)
  })

  test('fails for good when it emits too much', async (t) => {
    const { run } = withModule(t, `for (let i = 0; i <= 10_000; i++) await this.emit('data', { data: i })`)
    await assert.rejects(
      run('own', {}, message),
      (error) => error instanceof TerminalError && /10000/.test(error.message),
    )
  })

  test('fails with its error, whatever it throws', async (t) => {
    await assert.rejects(withModule(t, `throw new Error('boom')`).run('own', {}, message), /boom/)
    await assert.rejects(withModule(t, `throw 'boom'`).run('own', {}, message), TerminalError)
  })

  test('that is not there fails for good', async (t) => {
    await assert.rejects(setup(t).run('nothing', {}, message), TerminalError)
  })
})
