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
import type { Message } from './component.ts'
import { loadComponents } from './component-registry.ts'
import { createComponentRunner, type StepCall } from './component-runner.ts'

const builtIns = fileURLToPath(new URL('../../../../components', import.meta.url))

function setup(t: TestContext, folder = builtIns) {
  const pool = createExpressionPool()
  const outbound = createOutbound({ allow: ['127.0.0.1'] })
  const registry = loadComponents(folder)
  const runner = createComponentRunner({ registry, pool, outbound, logger: createLogger({ level: 'silent' }) })
  t.after(async () => {
    await runner.stop()
    await Promise.all([pool.stop(), outbound.close()])
  })
  const run = async (component: string, fields: object, message: StepCall['message'], signal?: AbortSignal) => {
    const texts = await runner.run({ component, fields, message, idempotencyKey: 'run-1:step-1', signal, key: 'f:s' })
    return texts.map((text): Message => JSON.parse(text))
  }
  return { run, runner }
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
    const call = { component: 'jsonata', fields, message: '{"data":[1]}', idempotencyKey: 'i', key: 'k' }
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
