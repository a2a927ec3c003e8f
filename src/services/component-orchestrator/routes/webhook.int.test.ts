import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { createRecord } from '../../../../test/support/bus.ts'
import { probeGraph, setupOrchestrator } from '../../../../test/support/orchestrator.ts'

const json = { 'content-type': 'application/json' }

async function setup(t: TestContext) {
  const hub = await setupOrchestrator(t)
  const process = await hub.open({ probe: () => undefined })
  const flowId = await hub.start(probeGraph('a'))
  const hook = `/webhooks/hook/${flowId}`
  /** The message that the first step got last. */
  async function message(count = 1) {
    await process.probed.count(count)
    // biome-ignore lint/suspicious/noExplicitAny: messages of every form
    return process.probed.items.at(-1)?.message as any
  }
  return { hub, flowId, hook, message, call: process.call, runs: () => hub.runs(flowId) }
}

describe('GET /hook/:flowId', () => {
  test('hands on the query as data, with where it came from, and answers the id of the request', async (t) => {
    const { call, hook, message } = await setup(t)
    const url = `${hook}?a=b&n=1&list=x&list=y&__proto__=p&%F0%9F%98%80=%E2%82%AC`
    const answer = await call('GET', url, { headers: { 'x-request-id': 'exec-1' } })
    assert.deepEqual([answer.status, answer.body], [200, { data: { requestId: 'exec-1', message: 'thank you' } }])
    const got = await message()
    assert.deepEqual(Object.entries(got.data), [
      ['a', 'b'],
      ['n', '1'],
      ['list', ['x', 'y']],
      ['__proto__', 'p'],
      ['😀', '€'],
    ])
    assert.deepEqual(got.metadata, { source: { name: 'webhooks', type: 'webhook', externalExecId: 'exec-1' } })
    assert.deepEqual([got.method, got.url, got.originalUrl, 'pathSuffix' in got], ['GET', url, url, false])
  })

  test('hands on what follows the id in the path', async (t) => {
    const { call, hook, message } = await setup(t)
    assert.equal((await call('GET', `${hook}/orders/7?x=1`)).status, 200)
    const got = await message()
    assert.deepEqual([got.pathSuffix, got.data], ['/orders/7', { x: '1' }])
  })

  test('makes a run of its own for each call, also under the same request id', async (t) => {
    const { call, hook, runs } = await setup(t)
    for (let n = 0; n < 2; n++) await call('GET', hook, { headers: { 'x-request-id': 'same' } })
    assert.equal((await runs()).length, 2)
  })
})

describe('POST /hook/:flowId', () => {
  test('hands on the body as data', async (t) => {
    const { call, hook, message } = await setup(t)
    for (const [index, data] of [{ a: [1, null, { b: 'ä' }] }, [], 'text', 0, null, false, ''].entries()) {
      const answer = await call('POST', `${hook}?q=1`, { headers: json, body: JSON.stringify(data) })
      assert.equal(answer.status, 200)
      const got = await message(index + 1)
      assert.deepEqual([got.data, got.query, got.method], [data, { q: '1' }, 'POST'])
    }
  })

  test('keeps the body as it came, to the digit', async (t) => {
    const { call, hook, hub, message } = await setup(t)
    const body =
      '{"big":123456789012345678901234567890, "z":1.10,"a":"\\u0000\\ud83d\\ude00", "__proto__":{"x":1},"10":1,"9":2}'
    await call('POST', hook, { headers: json, body })
    const [row] = await hub.database.asSuperuser('select body from component_orchestrator.message')
    assert.ok(String(row?.body).startsWith(`{"data":${body},`))
    const got = await message()
    assert.ok(Object.hasOwn(got.data, '__proto__'))
    assert.equal(({} as { x?: number }).x, undefined)
  })

  test('reaches an HTTP target unharmed', async (t) => {
    const { hub, call } = await setup(t)
    const arrived = createRecord<string>()
    const server = createServer(async (request, response) => {
      arrived.add(Buffer.concat(await request.toArray()).toString())
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const flowId = await hub.start({
      nodes: [{ id: 'send', componentId: 'http-request', function: 'request', fields: { url } }],
    })
    const body =
      '{"big":123456789012345678901234567890,"small":1e-400,"huge":1e400,"z":0.1234567890123456789,"a":"\\u0000","__proto__":{"x":1},"id":9007199254740993}'
    await call('POST', `/webhooks/hook/${flowId}`, { headers: json, body })
    await arrived.count(1)
    assert.equal(arrived.items[0], body)
  })

  test('keeps no header that proves who calls', async (t) => {
    const { call, hook, hub, message } = await setup(t)
    const secret = randomUUID()
    const names = ['authorization', 'proxy-authorization', 'cookie', 'x-api-key', 'x-auth-token']
    const headers = Object.fromEntries(names.map((name) => [name, `Bearer ${secret}`]))
    await call('POST', hook, { headers: { ...json, ...headers, 'x-github-event': 'push' }, body: '{}' })
    const got = await message()
    assert.equal(got.headers['x-github-event'], 'push')
    assert.ok(!JSON.stringify(got).includes(secret))
    const rows = await hub.database.asSuperuser('select body from component_orchestrator.message')
    assert.ok(!JSON.stringify(rows).includes(secret))
  })

  test('takes JSON alone', async (t) => {
    const { call, hook, runs } = await setup(t)
    for (const type of ['text/plain', 'application/xml', 'text/csv', 'application/jsonp', 'multipart/form-data']) {
      const answer = await call('POST', hook, { headers: { 'content-type': type }, body: '{}' })
      assert.deepEqual([answer.status, answer.body.code], [415, 'unsupported-media-type'], type)
    }
    assert.equal((await call('POST', hook)).status, 415)
    assert.deepEqual(await runs(), [])
    for (const type of ['application/json; charset=utf-8', 'application/vnd.api+json', 'APPLICATION/JSON']) {
      assert.equal((await call('POST', hook, { headers: { 'content-type': type }, body: '{}' })).status, 200, type)
    }
  })

  test('refuses what is not JSON, without quoting it', async (t) => {
    const { call, hook, runs } = await setup(t)
    const bodies = ['', '{', '{"a":1}}', "{'a':1}", 'secret', '\ufeff{}', new Uint8Array([0x22, 0xff, 0x22])]
    for (const body of bodies) {
      const answer = await call('POST', hook, { headers: json, body })
      assert.deepEqual([answer.status, answer.body.code, answer.body.errors[0].field], [400, 'invalid-body', 'body'])
      assert.ok(!answer.text.includes('secret'))
    }
    assert.deepEqual(await runs(), [])
  })

  test('takes 5 MiB and refuses more', async (t) => {
    const { call, hook, runs } = await setup(t)
    const body = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`
    assert.equal((await call('POST', hook, { headers: json, body: body(5 * 1_048_576) })).status, 200)
    const large = await call('POST', hook, { headers: json, body: body(5 * 1_048_576 + 1) })
    assert.deepEqual([large.status, large.body.code], [413, 'too-large'])
    assert.equal((await runs()).length, 1)
  })
})

test('HEAD /hook/:flowId tells whether the flow takes anything in, and starts no run', async (t) => {
  const { call, hook, hub, flowId, runs } = await setup(t)
  assert.equal((await call('HEAD', hook)).status, 200)
  assert.equal((await call('HEAD', `${hook}/orders/7`)).status, 200)
  assert.equal((await call('HEAD', `/webhooks/hook/${randomUUID()}`)).status, 404)
  await hub.stop(flowId)
  assert.equal((await call('HEAD', hook)).status, 404)
  assert.deepEqual(await runs(), [])
})

test('hooks of flows that are unknown, stopped or deleted are not found, and of malformed ids refused', async (t) => {
  const { call, hook, hub, flowId } = await setup(t)
  await hub.stop(flowId)
  for (const path of [hook, `/webhooks/hook/${randomUUID()}`]) {
    for (const method of ['GET', 'POST']) {
      const answer = await call(method, path, method === 'POST' ? { headers: json, body: '{}' } : {})
      assert.equal(answer.status, 404)
      assert.equal(answer.body.errors[0].field, 'flowId')
      assert.equal(answer.body.message, 'No active flow found')
    }
  }
  assert.equal((await call('GET', '/webhooks/hook/none')).status, 400)
})

test('executions are those of the tenant, for whoever may see them', async (t) => {
  const { call, hook, hub } = await setup(t)
  await call('GET', hook)
  const path = '/component-orchestrator/executions'
  const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
  const mine = await call('GET', path, as(hub.tenant))
  assert.equal(mine.body.meta.total, 1)
  const { id } = mine.body.data[0]
  const theirs = randomUUID()
  assert.equal((await call('GET', path, as(theirs))).body.meta.total, 0)
  assert.equal((await call('GET', `${path}/${id}`, as(theirs))).status, 404)
  assert.equal((await call('GET', path, as('none'))).status, 403)
  assert.equal((await call('GET', path)).status, 401)
})
