import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { definitions } from '#catalogue'
import { exactJson } from '#event-bus'
import { createHttpServer } from '#lib/http/http-server'
import { createLogger } from '#lib/logger'
import type { Principal } from '#lib/principal'
import { createMetrics } from '#lib/telemetry'
import { type BusProcess, setupBus } from '../../../test/support/bus.ts'
import { openStream, type StreamClient } from '../../../test/support/event-stream.ts'
import { createBusWindow } from './service.ts'

const one = randomUUID()
const two = randomUUID()
const live = '/event-bus/live'

const principal = (id: string, tenant: string | undefined, permissions: string[]): Principal => {
  return { kind: 'user', id, permissions: new Set(permissions), tokenId: id, ...(tenant && { tenant }) }
}

async function serve(t: TestContext, { service, db }: BusProcess, known: Map<string, Principal>) {
  const lines: string[] = []
  const logger = createLogger({ level: 'debug', destination: { write: (line) => lines.push(line) } })
  const window = createBusWindow({ db, bus: service, logger })
  const server = createHttpServer({
    logger,
    metrics: createMetrics(),
    principals: async (token) => known.get(token),
    mounts: window.mounts,
    readiness: async () => [],
    version: '0',
    trustProxy: [],
    docs: false,
    checkAnswers: true,
  })
  const { port } = await server.start({ host: '127.0.0.1', port: 0 })
  t.after(() => server.stop().then(() => window.stop()))
  const url = `http://127.0.0.1:${port}`
  const at = (token: string, more: Record<string, string> = {}) => ({ authorization: `Bearer ${token}`, ...more })
  const open = (token: string, query = '', headers: Record<string, string> = {}) =>
    openStream(t, `${url}${live}${query}`, at(token, headers))
  const call = async (token: string, path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${url}${path}`, { ...init, headers: at(token, init.headers as Record<string, string>) })
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every form
    const body: any = await answer.json()
    return { status: answer.status, headers: answer.headers, body }
  }
  return { server, window, port, open, call, lines }
}

async function setup(t: TestContext) {
  const fixture = await setupBus(t)
  const known = new Map([
    ['one', principal('u1', one, ['events.read'])],
    ['two', principal('u2', two, ['events.read'])],
    ['admin', principal('u3', one, ['all'])],
    ['homeless', principal('u4', undefined, ['events.read'])],
    ['nobody', principal('u5', one, [])],
  ])
  const process = await fixture.start()
  const at = await serve(t, process, known)
  const publish = async (
    events: { name?: string; payload: Record<string, unknown> | ReturnType<typeof exactJson> }[],
  ) =>
    process.db.transaction((tx) =>
      process.service.publishAll(
        tx,
        events.map((event) => ({ name: 'a.b', ...event }) as never),
      ),
    )
  return { ...fixture, ...at, known, process, publish }
}

/** `n` of each message. */
const ns = ({ messages }: StreamClient) => messages.items.map(({ data }) => data.event.payload.n)
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

test('GET /live shows each tenant its own events, the past ones first, and whoever may everything all', async (t) => {
  const { open, publish, publishForeign } = await setup(t)
  const round = async (n: number) => {
    await publish([
      { payload: { tenant: one, n } },
      { payload: { tenant: two, n: n + 1 } },
      { payload: { n: n + 2, mentions: one, payload: { tenant: one } } },
      { payload: { tenant: [one], n: n + 3 } },
      {
        payload: exactJson(
          `{"tenant":"${one.replace(/^./, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)}","n":${n + 4}}`,
        ),
      },
      { payload: { tenant: one.toUpperCase(), n: n + 5 } },
    ])
    await publishForeign('x.y', { tenant: one, n: n + 6 })
  }
  await round(0)
  const clients = await Promise.all(['one', 'two', 'admin', 'homeless'].map((token) => open(token, '?recent=200')))
  const [first, second, all, none] = clients as [StreamClient, StreamClient, StreamClient, StreamClient]
  await all.messages.count(7)
  await round(10)
  await all.messages.count(14)
  await first.messages.count(8)
  await second.messages.count(2)
  assert.deepEqual(ns(first), [0, 4, 5, 6, 10, 14, 15, 16])
  assert.deepEqual(ns(second), [1, 11])
  assert.deepEqual(ns(all), [...range(0, 6), ...range(10, 16)])
  assert.deepEqual(none.messages.items, [])
  assert.equal(first.headers.get('content-type'), 'text/event-stream')
  const { id, data } = all.messages.items[6] ?? assert.fail()
  assert.deepEqual([id, data.position, data.origin], [7, 7, 'amqp:other'])
})

test('GET /live begins with the latest fitting events, oldest first, however many of others lie between', async (t) => {
  const { open, publish } = await setup(t)
  for (let n = 0; n < 40; n++)
    await publish([{ payload: { tenant: one, n } }, ...range(1, 20).map(() => ({ payload: { tenant: two } }))])
  await publish([{ name: 'c.d', payload: { tenant: one, n: 99 } }, { payload: { about: one } }])
  const client = await open('one', '?recent=3&names=a.*&names=nothing.%23')
  await client.messages.count(3)
  const wide = await open('one', '?recent=2')
  await wide.messages.count(2)
  const quiet = await open('one')
  await publish([{ name: 'c.d', payload: { tenant: one, n: 100 } }, { payload: { tenant: one, n: 101 } }])
  await Promise.all([client.messages.count(4), wide.messages.count(4), quiet.messages.count(2)])
  assert.deepEqual([client, wide, quiet].map(ns), [
    [37, 38, 39, 101],
    [39, 99, 100, 101],
    [100, 101],
  ])
})

test('GET /live passes the text on as it is, whatever stands in it', async (t) => {
  const { open, publish } = await setup(t)
  const client = await open('one')
  const text = `{ "tenant":\r\n"${one}",\n"n" : 12345678901234567890.0, "nul":"\\u0000", "half":"\\ud800", "line":"\\n\u2028" }`
  await publish([{ payload: exactJson(text) }, { payload: { tenant: one, n: 1 } }])
  await client.messages.count(2)
  const payload = client.messages.items[0]?.data.event.payload
  assert.deepEqual([payload.nul, payload.half, payload.line], ['\0', '\ud800', '\n\u2028'])
})

test('GET /live goes on behind the last event, without loss or repetition, while others publish', async (t) => {
  const { open, process, publish, start, known } = await setup(t)
  const other = await start()
  const there = await serve(t, other, known)
  const total = 1_500
  let published = 0
  const publisher = async (by: BusProcess) => {
    while (published < total) {
      const n = published++
      await by.db.transaction((tx) => by.service.publish(tx, { name: 'a.b', payload: { tenant: one, n } }))
      await by.db.transaction((tx) => by.service.publish(tx, { name: 'a.b', payload: { tenant: two } }))
    }
  }
  const work = Promise.all([process, process, other, other].map(publisher))
  const seen: number[] = []
  let last: string | undefined
  // Each stays for some messages and comes back, now to this process and now to the other.
  for (let turn = 0; seen.length < total; turn++) {
    const client = await (turn % 2 ? there.open : open)('one', '?recent=0', { 'last-event-id': last ?? '0' })
    const most = turn < 30 ? 10 + turn : total - seen.length
    await client.messages.count(Math.min(most, total - seen.length))
    client.close()
    await client.ended
    for (const { data } of client.messages.items) {
      seen.push(data.position)
      last = String(data.position)
    }
  }
  await work
  assert.equal(new Set(seen).size, total)
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  )
  await publish([])
})

test('GET /live tells of a gap where it cannot go on', async (t) => {
  const { open, publish, database } = await setup(t)
  await publish(range(1, 10_100).map((n) => ({ payload: { tenant: one, n } })))
  const settled = await open('admin', '?recent=1')
  await settled.messages.count(1)
  const [behind, ahead, exact] = (await Promise.all(
    ['99', '999999999', '100'].map((id) => open('one', '', { 'last-event-id': id })),
  )) as [StreamClient, StreamClient, StreamClient]
  await Promise.all([behind.messages.count(10_001), exact.messages.count(10_000), ahead.messages.count(1)])
  assert.deepEqual(behind.messages.items[0], { event: 'gap', id: 100, data: { after: 99, until: 100 } })
  assert.equal(behind.messages.items[1]?.data.position, 101)
  assert.equal(exact.messages.items[0]?.data.position, 101)
  assert.deepEqual(ahead.messages.items[0]?.data, { after: 999_999_999, until: 10_100 })
  await publish([{ payload: { tenant: one, n: 0 } }])
  await ahead.messages.count(2)
  assert.equal(ahead.messages.items[1]?.id, 10_101)
  assert.equal((await database.db.query('select 1 from event_bus.position where position = 10101')).length, 1)
})

test('GET /live cuts a client off that does not read, and it comes back to all of it', async (t) => {
  const { port, open, publish, call } = await setup(t)
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  const begun = new Promise((resolve) => socket.once('data', resolve))
  socket.write(`GET ${live} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer one\r\n\r\n`)
  await begun
  socket.pause()
  const watcher = await open('one')
  const filler = 'x'.repeat(500_000)
  for (let n = 1; n <= 40; n++) {
    await publish([{ payload: { tenant: one, n, filler } }])
    await watcher.messages.count(n)
  }
  const rest: Buffer[] = []
  socket.on('data', (part) => rest.push(part))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  // The last chunk of the answer: it was ended, and not in the middle of a message.
  const over = new Promise<void>((resolve) =>
    socket.on('data', () => Buffer.concat(rest.slice(-2)).includes('\r\n0\r\n\r\n') && resolve()),
  )
  socket.resume()
  await over
  socket.end()
  await closed
  const ids = [
    ...Buffer.concat(rest)
      .toString()
      .matchAll(/\bid: (\d+)\n/g),
  ].map(([, id]) => Number(id))
  const last = ids.at(-1) ?? assert.fail('something must have come')
  assert.ok(last < 40, `it was passed ${last} of 40`)
  const again = await open('one', '', { 'last-event-id': String(last) })
  await again.messages.count(40 - last)
  assert.deepEqual(ns(again), range(last + 1, 40))
  assert.equal((await call('one', '/event-bus/catalogue')).status, 200)
})

test('GET /live refuses more streams than may be open, and has room again when one is closed', async (t) => {
  const { open, call } = await setup(t)
  const clients = await Promise.all(range(1, 8).map(() => open('one')))
  const refused = await call('one', live)
  assert.deepEqual(
    [refused.status, refused.body.code, refused.headers.get('retry-after')],
    [429, 'too-many-requests', '5'],
  )
  assert.match(refused.body.detail, /^Cannot open another live stream as 8 are open for this account/)
  assert.equal((await open('two')).status, 200)
  clients[0]?.close()
  await clients[0]?.ended
  let status = 429
  for (let looks = 0; status === 429 && looks < 500; looks++) status = (await open('one')).status
  assert.equal(status, 200)
})

test('GET /live keeps room for other tenants, however many accounts one has', async (t) => {
  const { open, call, known } = await setup(t)
  const accounts = range(1, 6).map((n) => `more${n}`)
  for (const token of accounts) known.set(token, principal(token, one, ['events.read']))
  const opened = await Promise.all(accounts.slice(0, 5).flatMap((token) => range(1, 8).map(() => open(token))))
  assert.deepEqual(new Set(opened.map(({ status }) => status)), new Set([200]))
  const refused = await call('more6', live)
  assert.equal(refused.status, 429)
  assert.match(refused.body.detail, /^Cannot open another live stream as 40 are open for this tenant/)
  assert.equal((await open('two')).status, 200)
})

test('GET /live holds no stream for those who only ask for its head', async (t) => {
  const { port, open } = await setup(t)
  const headers = { authorization: 'Bearer one' }
  for (let n = 0; n < 20; n++) {
    const answer = await fetch(`http://127.0.0.1:${port}${live}`, { method: 'HEAD', headers })
    assert.equal(answer.status, 200)
  }
  assert.equal((await open('one')).status, 200)
})

test('GET /live refuses what it does not understand, by name', async (t) => {
  const { call } = await setup(t)
  const bad: [string, Record<string, string>, string][] = [
    ['?names=a..b', {}, 'names[0]'],
    ['?names=a&names=', {}, 'names[1]'],
    ['?names=a%23', {}, 'names[0]'],
    ['?names=%23.a.%23.a.%23', {}, 'names[0]'],
    [`?names=${'a'.repeat(129)}`, {}, 'names[0]'],
    [`?${'names=a&'.repeat(21)}`, {}, 'names'],
    ['?recent=201', {}, 'recent'],
    ['?recent=-1', {}, 'recent'],
    ['?recent=x', {}, 'recent'],
    ['?surprise=1', {}, 'surprise'],
    ['', { 'last-event-id': 'x' }, 'last-event-id'],
    ['', { 'last-event-id': '-1' }, 'last-event-id'],
    ['', { 'last-event-id': '9'.repeat(16) }, 'last-event-id'],
  ]
  for (const [query, headers, field] of bad) {
    const { status, body } = await call('one', `${live}${query}`, { headers })
    assert.deepEqual([status, body.errors?.[0]?.field], [400, field], `${query} ${JSON.stringify(headers)}`)
  }
  for (const path of [live, '/event-bus/catalogue']) {
    const { status, body } = await call('nobody', path)
    assert.equal(status, 403)
    assert.match(body.detail, /events\.read/)
  }
})

test('GET /live ends within about a second when the token goes, or allows something else', async (t) => {
  const { open, known } = await setup(t)
  const changes: [string, () => void][] = [
    ['one', () => known.delete('one')],
    ['two', () => known.set('two', principal('u2', two, []))],
    ['admin', () => known.set('admin', principal('u3', one, ['events.read']))],
    ['homeless', () => known.set('homeless', principal('u4', one, ['events.read']))],
  ]
  for (const [token, change] of changes) {
    const client = await open(token)
    change()
    const begun = performance.now()
    assert.equal(await client.ended, true, token)
    assert.ok(performance.now() - begun < 1_500, token)
  }
})

test('GET /live is ended at once when the server stops', async (t) => {
  const { open, server, lines } = await setup(t)
  const clients = await Promise.all(['one', 'two', 'admin'].map((token) => open(token)))
  const begun = performance.now()
  await server.stop()
  assert.deepEqual(await Promise.all(clients.map(({ ended }) => ended)), [true, true, true])
  assert.ok(performance.now() - begun < 1_000)
  assert.ok(!lines.some((line) => /Connections cut|not be read/.test(line)))
})

test('GET /catalogue tells of every event in order, and counts what the caller may see', async (t) => {
  const { call, publish, publishForeign, process } = await setup(t)
  const before = Date.now() - 1
  const mine = { name: 'flow.started', payload: { tenant: one } }
  await publish([
    mine,
    mine,
    { name: 'flow.stopped', payload: { tenant: two } },
    { name: 'iam.user.created', payload: {} },
  ])
  await publishForeign('flow.started', { tenant: one })
  while (process.bus.state().head < 5) await new Promise((resolve) => setImmediate(resolve))
  const seen = async (token: string) => {
    const { body } = await call(token, '/event-bus/catalogue')
    assert.deepEqual(
      body.data.map(({ name }: { name: string }) => name),
      definitions.map(({ name }) => name),
    )
    const counts = body.data.filter(({ seen }: { seen: { count: number } }) => seen.count > 0)
    assert.deepEqual(body.meta, { total: definitions.length, seen: counts.length })
    for (const { seen } of counts) assert.ok(Date.parse(seen.lastAt) >= before && Date.parse(seen.lastAt) <= Date.now())
    return Object.fromEntries(
      counts.map((each: { name: string; seen: { count: number } }) => [each.name, each.seen.count]),
    )
  }
  assert.deepEqual(await seen('one'), { 'flow.started': 2 })
  assert.deepEqual(await seen('two'), { 'flow.stopped': 1 })
  assert.deepEqual(await seen('homeless'), {})
  assert.deepEqual(await seen('admin'), { 'flow.started': 2, 'flow.stopped': 1, 'iam.user.created': 1 })
  await publish([mine])
  while (process.bus.state().head < 6) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(await seen('one'), { 'flow.started': 3 })
})
