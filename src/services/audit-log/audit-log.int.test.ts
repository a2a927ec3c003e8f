import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { describe, it, type TestContext } from 'node:test'
import type { PayloadOf, Payloads } from '#catalogue'
import { createEventBus, createMembership, eventBusMigrations, exactJson, type ServiceBus } from '#event-bus'
import { createHttpServer } from '#lib/http/http-server'
import { createLogger } from '#lib/logger'
import type { Database, Scope } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { createMetrics } from '#lib/telemetry'
import { openTestKeyRing } from '../../../test/support/master-key.ts'
import { createTestDatabase } from '../../../test/support/postgres.ts'
import { type Entry, leafHash, readLeaf } from './entry.ts'
import { onAnyEvent } from './handlers/on-any-event.ts'
import { auditLogMigrations } from './migrations.ts'
import { createOwnerKeys } from './owner-keys.ts'
import { createAuditLog } from './service.ts'

const logger = createLogger({ level: 'silent' })

/** Called in the transaction of each page, behind the audit log's own handler. */
type AfterPage = () => void

/** One process: a bus and an audit log. `recorded` resolves once the log's subscription has handled `count` events here. */
async function startProcess(t: TestContext, db: Database, clock: () => Date, afterPage: AfterPage = () => undefined) {
  const membership = createMembership({ db })
  const masterKey = await openTestKeyRing(db)
  const bus = createEventBus<Payloads>({ db, membership })
  const pages = new EventEmitter()
  let handled = 0
  const observed: ServiceBus<Payloads> = {
    ...bus.service('audit-log'),
    subscribePages: (name, options, handler) =>
      bus.service('audit-log').subscribePages(name, { ...options, firstBackoffMs: 1 }, async (events, context) => {
        await handler(events, context)
        afterPage()
        context.tx.afterCommit(() => {
          handled += events.length
          pages.emit('page')
        })
      }),
  }
  const service = createAuditLog({ db, bus: observed, logger, clock, masterKey })
  await membership.start()
  await bus.start()
  await service.start()
  const stop = async () => {
    await service.stop()
    await bus.stop()
    await membership.stop()
  }
  t.after(stop)
  const recorded = async (count: number) => {
    while (handled < count) await once(pages, 'page')
  }
  return { bus, service, recorded, handled: () => handled, stop }
}

interface Options {
  readonly clock?: () => Date
  readonly afterPage?: AfterPage
}

async function setup(t: TestContext, { clock = () => new Date(), afterPage }: Options = {}) {
  const { db, open } = await createTestDatabase(t, [eventBusMigrations, auditLogMigrations])
  const process = await startProcess(t, db, clock, afterPage)
  const principals = new Map<string, Principal>()
  const server = createHttpServer({
    logger,
    metrics: createMetrics(),
    principals: async (token) => principals.get(token),
    mounts: process.service.mounts,
    readiness: async () => [],
    version: '0',
    trustProxy: [],
    docs: false,
  })
  const { port } = await server.start({ host: '127.0.0.1', port: 0 })
  t.after(() => server.stop())

  async function get(path: string, principal?: Pick<Principal, 'tenant'> & { permissions: string[] }) {
    const token = randomUUID()
    const { permissions = [], ...about } = principal ?? {}
    const who = { kind: 'user', id: randomUUID(), tokenId: token, permissions: new Set(permissions), ...about } as const
    if (principal) principals.set(token, who)
    const headers = { authorization: `Bearer ${token}` }
    const response = await fetch(`http://127.0.0.1:${port}/audit-log${path}`, principal ? { headers } : {})
    const text = await response.text()
    return { status: response.status, text, json: text === '' ? undefined : JSON.parse(text) }
  }

  const publish = (...events: Parameters<ServiceBus<Payloads>['publishAll']>[1]) =>
    db.transaction((tx) => process.bus.service('iam').publishAll(tx, events))

  /** As the link to a broker would append it. */
  async function append(body: string, { origin = 'amqp:shop', name = 'shop.order.created' } = {}): Promise<string> {
    const id = randomUUID()
    await db.query(
      `insert into event_bus.event (id, name, origin, ordering_key, key_hash, size, body) values ($1, $2, $3, $1::uuid::text, 1, $4, $5)`,
      [id, name, origin, Buffer.byteLength(body), body],
    )
    return id
  }

  const leaves = () =>
    db.transaction('everything', async (tx) => {
      const rows = await tx.query<{ leaf: string }>('select leaf from audit_log.entry order by index')
      return rows.map(({ leaf }) => readLeaf(leaf))
    })

  return { ...process, db, open, get, publish, append, leaves }
}

const readerOf = (tenant: string) => ({ tenant, permissions: ['logs.read'] })
const admin = { permissions: ['all'] }

function createdUser(given: Partial<PayloadOf<'iam.user.created'>> = {}) {
  const payload: PayloadOf<'iam.user.created'> = {
    user: randomUUID(),
    id: randomUUID(),
    username: 'jane.doe@example.org',
    status: 'ACTIVE',
    ...given,
  }
  return { name: 'iam.user.created', payload } as const
}

type Numbered = Pick<Entry, 'index' | 'number' | 'tenant'>

/** Numbers of each stream in the order of the index must be 1, 2, 3 … */
function assertGapless(entries: readonly Numbered[]): void {
  assert.deepEqual(
    entries.map(({ index }) => index),
    entries.map((_, place) => place),
  )
  for (const stream of Map.groupBy(entries, ({ tenant }) => tenant).values()) {
    assert.deepEqual(
      stream.map(({ number }) => number),
      stream.map((_, place) => place + 1),
    )
  }
}

describe('createAuditLog()', () => {
  it('records a page of mixed events, in order, without gaps, each exactly', async (t) => {
    const { publish, append, recorded, leaves, db, get } = await setup(t)
    const [one, two] = [randomUUID(), randomUUID()]
    const big = `{"user":"${one}","tenant":"${one}","id":"${two}","username":"\\u004aane \\ud83d\\ude00","status":"ACTIVE" , "roles":[]}`
    await publish(createdUser({ tenant: one }), createdUser({ tenant: two }), createdUser())
    await publish({ name: 'iam.user.created', payload: exactJson(big) })
    await append('not JSON at all')
    await append(`{"headers":{"createdAt":1700000000000},"payload":{"tenant":"${two}","n":12345678901234567890}}`)
    await recorded(6)
    const entries = await leaves()
    assertGapless(entries)
    assert.deepEqual(
      entries.map(({ position }) => position),
      [1, 2, 3, 4, 5, 6],
    )
    const log = await db.query<{ id: string; body: string }>('select id, body from event_bus.event')
    for (const { id, body } of log) {
      const { json } = await get(`/logs/${id}`, admin)
      assert.equal(json.data.body, body)
      assert.equal(json.data.leafHash, leafHash(json.data.leaf).toString('base64'))
    }
    const streams = await db.transaction('everything', (tx) =>
      tx.query('select tenant_id, count, last_index from audit_log.stream order by last_index'),
    )
    assert.deepEqual(streams, [
      { tenant_id: one, count: 2, last_index: 3 },
      { tenant_id: null, count: 2, last_index: 4 },
      { tenant_id: two, count: 2, last_index: 5 },
    ])
  })

  it('keeps both numberings gapless where a page is rolled back', async (t) => {
    let failures = 3
    const afterPage = () => {
      failures -= 1
      if (failures >= 0) throw new Error('the process died before the commit')
    }
    const { publish, recorded, leaves } = await setup(t, { afterPage })
    const [one, two] = [randomUUID(), randomUUID()]
    const ids = await publish(...[one, two, one, two, one].map((tenant) => createdUser({ tenant })))
    await recorded(5)
    const entries = await leaves()
    assertGapless(entries)
    assert.deepEqual(
      entries.map(({ id }) => id),
      ids,
    )
    assert.ok(failures < 0)
  })

  it('never doubles nor leaves out an event where two processes come and go', async (t) => {
    const { publish, db, open, leaves, stop, recorded, handled } = await setup(t)
    const other = await startProcess(t, open(), () => new Date())
    const tenants = [{ tenant: randomUUID() }, { tenant: randomUUID() }, {}]
    const batch = () => publish(...Array.from({ length: 150 }, (_, n) => createdUser(tenants[n % 3])))
    const published = [...(await batch())]
    await recorded(1)
    const writing = Promise.all([batch(), batch()])
    await stop()
    for (const ids of await writing) published.push(...ids)
    await other.recorded(450 - handled())
    const entries = await leaves()
    assertGapless(entries)
    assert.deepEqual(entries.map(({ id }) => id).sort(), published.toSorted())
    const [head] = await db.query('select count from audit_log.head')
    assert.equal(head?.count, 450)
  })

  it('records an event once where it is delivered again', async (t) => {
    const { publish, db, leaves, recorded } = await setup(t)
    await publish(createdUser())
    await recorded(1)
    await db.query(
      `insert into event_bus.delivery (id, queue, position, event_id, name, origin, version, body, replay)
       select gen_random_uuid(), 'audit-log', p.position, e.id, e.name, e.origin, e.version, e.body, true
         from event_bus.event e join event_bus.position p using (seq)`,
    )
    await publish(createdUser())
    await recorded(3)
    assertGapless(await leaves())
    assert.equal((await leaves()).length, 2)
  })

  it('numbers on where two pages with the same events are handled at the same time', async (t) => {
    const { db } = await createTestDatabase(t, [eventBusMigrations, auditLogMigrations])
    const record = onAnyEvent({ keys: createOwnerKeys(await openTestKeyRing(db)), clock: () => new Date() })
    const about = {
      origin: 'amqp:shop',
      name: 'x',
      orderingKey: '',
      version: 1,
      attempt: 1,
      replay: false,
      payload: {},
    }
    const body = JSON.stringify({ payload: { user: randomUUID(), tenant: randomUUID() } })
    const headers = { name: 'x', serviceName: 'shop', createdAt: '' }
    const events = Array.from({ length: 30 }, (_, n) => ({
      ...about,
      headers,
      body,
      id: randomUUID(),
      position: n + 1,
    }))
    const pages = [events.slice(0, 20), events.slice(10), events, events.slice(5, 6)]
    await Promise.all(pages.map((page) => db.transaction('everything', (tx) => record(page, { tx }))))
    const rows = await db.transaction('everything', (tx) =>
      tx.query<Numbered>(
        'select index, tenant_number as number, tenant_id as tenant from audit_log.entry order by index',
      ),
    )
    assert.equal(rows.length, 30)
    assertGapless(rows)
    assert.equal((await db.query('select from audit_log.owner_key')).length, 1)
  })

  it('never lets the recorded time go back', async (t) => {
    const times = ['2026-11-23T19:30:00.500Z', '2026-11-23T19:29:00.000Z', '2026-11-23T19:31:00.000Z']
    const { publish, recorded, leaves } = await setup(t, { clock: () => new Date(times.shift() ?? '') })
    for (const count of [1, 2, 3]) {
      await publish(createdUser())
      await recorded(count)
    }
    const recordedAt = (await leaves()).map((entry) => entry.recordedAt)
    assert.deepEqual(recordedAt, ['2026-11-23T19:30:00.500Z', '2026-11-23T19:30:00.500Z', '2026-11-23T19:31:00.000Z'])
  })

  it('has no personal value in clear in any column, and none at all without the key', async (t) => {
    const { publish, append, recorded, db, get } = await setup(t)
    const [tenant, person] = [randomUUID(), randomUUID()]
    const [id] = await publish(createdUser({ tenant, id: person, username: 'jane.doe@example.org' }))
    await append(JSON.stringify({ headers: { name: 'x' }, payload: { user: person, mail: 'jane.doe@example.org' } }))
    await recorded(2)
    const shown = await db.transaction('everything', (tx) =>
      tx.query<{ row: string }>('select e::text as row from audit_log.entry e'),
    )
    assert.equal(shown.filter(({ row }) => row.includes(person)).length, 2)
    assert.equal(shown.filter(({ row }) => row.includes('jane')).length, 0)
    const before = await get('/logs', admin)
    assert.equal(before.json.data[0].payload.mail ?? before.json.data[1].payload.mail, 'jane.doe@example.org')
    assert.equal((await get(`/logs/${id}`, readerOf(tenant))).json.data.payload.username, 'jane.doe@example.org')

    await db.query('delete from audit_log.owner_key where owner = $1', [`person:${person}`])
    const { data } = (await get(`/logs/${id}`, readerOf(tenant))).json
    assert.equal(data.payload.username, null)
    assert.equal(data.payload.id, person)
    assert.deepEqual(data.erased, ['/payload/username'])
    assert.equal(data.body, null)
    assert.equal(data.leafHash, leafHash(data.leaf).toString('base64'))
    const foreign = (await get('/logs', admin)).json.data.find((entry: { origin: string }) => entry.origin !== '')
    assert.equal(foreign.payload, null)
    assert.deepEqual(foreign.erased, ['/payload'])
    assert.deepEqual(foreign.headers, { name: 'shop.order.created', serviceName: null, createdAt: null })
  })

  it('isolates tenants in the database itself, and can neither change nor delete', async (t) => {
    const { publish, recorded, db } = await setup(t)
    const [one, two] = [randomUUID(), randomUUID()]
    await publish(createdUser({ tenant: one }), createdUser({ tenant: two }), createdUser())
    await recorded(3)
    const seen = (scope: Scope) => db.transaction(scope, (tx) => tx.query('select tenant_id from audit_log.entry'))
    assert.deepEqual(await seen({ tenant: one }), [{ tenant_id: one }])
    assert.deepEqual(await seen('nothing'), [])
    for (const sql of [
      'delete from audit_log.entry',
      `update audit_log.entry set leaf = ''`,
      'truncate audit_log.entry',
    ]) {
      await assert.rejects(
        db.transaction('everything', (tx) => tx.query(sql)),
        /permission denied/,
      )
    }
  })
})

describe('GET /logs', () => {
  const total = (answer: { json: { meta: { total: number }; data: unknown[] } }) => {
    assert.equal(answer.json.data.length, Math.min(answer.json.meta.total, 50))
    return answer.json.meta.total
  }

  it('shows each caller what it may see, and nothing to those without tenant', async (t) => {
    const { publish, recorded, get } = await setup(t)
    const [one, two] = [randomUUID(), randomUUID()]
    const [id] = await publish(createdUser({ tenant: one }), createdUser({ tenant: two }), createdUser())
    await recorded(3)
    assert.equal((await get('/logs')).status, 401)
    assert.equal((await get('/logs', { tenant: one, permissions: ['flows.read'] })).status, 403)
    assert.equal(total(await get('/logs', readerOf(one))), 1)
    assert.equal(total(await get('/logs', readerOf(randomUUID()))), 0)
    assert.equal(total(await get('/logs', { permissions: ['logs.read'] })), 0)
    assert.equal(total(await get('/logs', admin)), 3)
    assert.equal(total(await get(`/logs?filter[tenant]=${two}`, readerOf(one))), 0)
    assert.equal(total(await get(`/logs?filter[tenant]=${two}`, admin)), 1)
    assert.equal((await get(`/logs/${id}`, readerOf(one))).status, 200)
    assert.equal((await get(`/logs/${id}`, readerOf(two))).status, 404)
    assert.equal((await get(`/logs/${id}`, { permissions: ['logs.read'] })).status, 404)
    for (const wrong of ['1', `urn:uuid:${id}`]) assert.equal((await get(`/logs/${wrong}`, admin)).status, 400)
    for (const path of ['', '/', '/healthcheck']) assert.equal((await get(path)).status, 200)
  })

  it('filters by header, actor and payload, with totals that fit', async (t) => {
    const { publish, append, recorded, get } = await setup(t)
    const [tenant, user, id] = [randomUUID(), randomUUID(), randomUUID()]
    await publish(createdUser({ tenant, user, id }), createdUser({ tenant, status: 'DISABLED' }), {
      name: 'iam.user.loginFailed',
      payload: { tenant, id, count: 12 },
    })
    await append(JSON.stringify({ headers: { serviceName: 'shop' }, payload: { tenant, user, status: 'ACTIVE' } }))
    await recorded(4)
    const count = async (query: string) => total(await get(`/logs?${query}`, readerOf(tenant)))
    assert.equal(await count(''), 4)
    assert.equal(await count('filter[service]=iam'), 3)
    assert.equal(await count('filter[service]=shop'), 1)
    assert.equal(await count('filter[name]=iam.user.created'), 2)
    assert.equal(await count('filter%5Bname%5D=iam.user.loginFailed'), 1)
    assert.equal(await count(`filter[user]=${user}`), 2)
    assert.equal(await count(`filter[user]=${user}&filter[service]=iam`), 1)
    assert.equal(await count(`filter[id]=${id}`), 2)
    assert.equal(await count('filter[status]=ACTIVE'), 1)
    assert.equal(await count('filter[count]=12'), 1)
    assert.equal(await count('filter[unheardOf]=1'), 0)
    assert.equal(await count('filter[username]=jane.doe@example.org'), 0)
    for (const key of ['filter[x][$ne]', 'filter[user][$ne]', 'filter', 'unknown']) {
      const { status, json } = await get(`/logs?${key}=1`, readerOf(tenant))
      assert.equal(status, 400)
      assert.equal(json.errors[0].field, key)
    }
    assert.equal((await get('/logs?filter[user]=jane', readerOf(tenant))).status, 400)
    assert.equal((await get('/logs?filter[name]=a&filter[name]=b', readerOf(tenant))).status, 400)
  })

  it('pages newest first or oldest first', async (t) => {
    const { publish, recorded, get } = await setup(t)
    const tenant = randomUUID()
    const ids = await publish(...Array.from({ length: 5 }, () => createdUser({ tenant })))
    await recorded(5)
    const page = async (query: string) => (await get(`/logs?${query}`, readerOf(tenant))).json
    const idsOf = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id)
    assert.deepEqual(idsOf(await page('')), ids.toReversed())
    assert.deepEqual(idsOf(await page('sort=createdAt')), ids)
    const second = await page('page[size]=2&page[number]=2')
    assert.deepEqual(idsOf(second), ids.toReversed().slice(2, 4))
    assert.deepEqual(second.meta, { page: 2, perPage: 2, total: 5, totalPages: 3 })
    const beyond = await page('page[number]=9')
    assert.deepEqual([beyond.data, beyond.meta.total], [[], 5])
    for (const wrong of ['page[size]=101', 'page[number]=0', 'sort=name']) {
      assert.equal((await get(`/logs?${wrong}`, readerOf(tenant))).status, 400)
    }
  })

  it('sends payloads digit by digit', async (t) => {
    const { append, recorded, get } = await setup(t)
    const tenant = randomUUID()
    const payload = `{"2":1.50,"tenant":"${tenant}","1":12345678901234567890, "a\\u0000":[{}]}`
    const id = await append(`{"payload":${payload},"headers":{"name":"x","extra":1e400}}`)
    await recorded(1)
    const { text } = await get('/logs', readerOf(tenant))
    assert.ok(text.includes(`"payload":${payload}`))
    assert.ok(text.includes('"headers":{"name":"x","extra":1e400}'))
    assert.ok((await get(`/logs/${id}`, readerOf(tenant))).text.includes(`"payload":${payload}`))
  })
})
