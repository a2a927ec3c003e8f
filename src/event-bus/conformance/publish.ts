import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRecord } from '../../../test/support/bus.ts'
import type { BusShape } from '../conformance-suite.ts'
import { exactJson, type ReceivedEvent } from '../event.ts'
import { MAX_BODY_BYTES } from '../publisher.ts'

/** Texts that a parse and a stringify in between would change. */
const EXACT_TEXTS = [
  '{"a":"\\u0000"}',
  '{"n":12345678901234567890.123456789012345678901234567890,"big":9007199254740993}',
  '{"b":1,"a":2,"10":3,"9":4}',
  '{"same":1,"same":2}',
  '{ "spaces" :\t[ 1 ,\r\n 2 ] }',
  '{"unicode":"Grüße 🙂 日本","escaped":"\\u00fc\\/\\ud83d\\ude42","lone":"\\ud800"}',
  '{"e":1e2,"minus":-0,"float":1.0}',
  '{"__proto__":{"x":1}}',
]

/** What it promises to publishers. */
export function publishPromises(setup: BusShape['setup']): void {
  test('publish() commits or vanishes with the transaction', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db } = await open()
    const heard = createRecord<ReceivedEvent>()
    service.subscribe('s', { names: '#' }, (event) => heard.add(event))
    await bus.start()
    const rolledBack = db.transaction(async (tx) => {
      await service.publish(tx, { name: 'thing.created', payload: { id: 'gone' } })
      throw new Error('changed my mind')
    })
    await assert.rejects(rolledBack, /changed my mind/)
    const id = await db.transaction((tx) => service.publish(tx, { name: 'thing.created', payload: { id: 'stays' } }))
    await heard.count(1)
    assert.deepEqual(
      heard.items.map((event) => [event.id, event.payload, event.position]),
      [[id, { id: 'stays' }, 1]],
    )
  })

  test('publish() fills in the headers and what travels beside the body', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db } = await open({ now: () => new Date('2026-11-23T19:30:00.000Z'), service: 'iam' })
    const heard = createRecord<ReceivedEvent>()
    service.subscribe('s', { names: '#' }, async (event, { tx }) => {
      if (event.name === 'first')
        await service.publish(tx, { name: 'second', payload: {}, orderingKey: 'k', version: 2 })
      heard.add(event)
    })
    await bus.start()
    await db.transaction((tx) => service.publish(tx, { name: 'first', payload: { id: 'x' } }))
    await heard.count(2)
    const [first, second] = heard.items
    assert.deepEqual(first?.headers, { name: 'first', serviceName: 'iam', createdAt: '2026-11-23T19:30:00.000Z' })
    assert.equal(first?.body, `{"headers":${JSON.stringify(first?.headers)},"payload":{"id":"x"}}`)
    assert.deepEqual([first?.orderingKey, first?.version, first?.origin, first?.attempt], ['x', 1, '', 1])
    assert.deepEqual([second?.orderingKey, second?.version], ['k', 2])
    assert.deepEqual([second?.causationId, second?.correlationId], [first?.id, first?.id])
    assert.equal(first?.causationId, undefined)
  })

  test('publish() keeps exact JSON byte for byte', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db } = await open()
    const heard = createRecord<string>()
    service.subscribe('s', { names: '#' }, ({ body }) => heard.add(body))
    await bus.start()
    await db.transaction(async (tx) => {
      await service.publishAll(
        tx,
        EXACT_TEXTS.map((text) => ({ name: 'exact', payload: exactJson(text) })),
      )
    })
    await heard.count(EXACT_TEXTS.length)
    for (const [index, text] of EXACT_TEXTS.entries()) {
      assert.ok(heard.items[index]?.endsWith(`"payload":${text}}`), heard.items[index])
    }
  })

  test('publish() refuses bad input and leaves the transaction as it was', async (t) => {
    const { open } = await setup(t)
    const check = (name: string) => (name === 'checked' ? 'payload.id must be a string' : undefined)
    const { bus, service, db } = await open({ check })
    const heard = createRecord<ReceivedEvent>()
    service.subscribe('s', { names: '#' }, (event) => heard.add(event))
    await bus.start()
    const circular: Record<string, unknown> = {}
    circular.self = circular
    // What the compiler would refuse, as plain JavaScript sends it.
    const payloads = [
      'text',
      1,
      null,
      undefined,
      [],
      () => 1,
      circular,
      { n: 1n },
      { text: 'x'.repeat(MAX_BODY_BYTES) },
    ]
    const bad = [
      ...payloads.map((payload) => ({ name: 'bad', payload: payload as Record<string, unknown> })),
      ...['', '.', 'a..b', 'a.*', '#', 'a b', 'a\0', 'x'.repeat(256)].map((name) => ({ name, payload: {} })),
      { name: 'checked', payload: {} },
    ]
    await db.transaction(async (tx) => {
      for (const event of bad) await assert.rejects(service.publish(tx, event), Error, JSON.stringify(event.name))
      await assert.rejects(service.publishAll(tx, [{ name: 'good', payload: {} }, ...bad]), Error)
      await service.publish(tx, { name: 'good', payload: { id: 'after all' } })
    })
    await heard.count(1)
    assert.deepEqual(
      heard.items.map(({ payload }) => payload),
      [{ id: 'after all' }],
    )
  })

  test('publish() takes any text as ordering key', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db } = await open()
    const heard = createRecord<ReceivedEvent>()
    // Keys are indexed once an event fails.
    service.subscribe('s', { names: '#', firstBackoffMs: 1 }, (event) => {
      if (event.attempt === 1) throw new Error('not yet')
      heard.add(event)
    })
    await bus.start()
    const ids = ['', 'nul \0', 'lone \ud800', 'x'.repeat(200_000), 'ü'.repeat(255)]
    await db.transaction(async (tx) => {
      for (const id of ids) await service.publish(tx, { name: 'keyed', payload: { id } })
    })
    await heard.count(ids.length)
    assert.deepEqual(new Set(heard.items.map((event) => (event.payload as { id: string }).id)), new Set(ids))
  })

  test('publish() in a transaction that swallowed an SQL error is not reported as done', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db } = await open()
    const heard = createRecord<ReceivedEvent>()
    service.subscribe('s', { names: '#' }, (event) => heard.add(event))
    await bus.start()
    const swallowing = db.transaction(async (tx) => {
      await service.publish(tx, { name: 'lost', payload: {} })
      await tx.query('select 1 / 0').catch(() => undefined)
    })
    await assert.rejects(swallowing, /Cannot commit/)
    await db.transaction((tx) => service.publish(tx, { name: 'kept', payload: {} }))
    await heard.count(1)
    assert.equal(heard.items[0]?.name, 'kept')
  })

  test('publish() after the end of its transaction throws', async (t) => {
    const { open } = await setup(t)
    const { service, db } = await open()
    const tx = await db.transaction(async (tx) => ({ tx }))
    await assert.rejects(service.publish(tx.tx, { name: 'late', payload: {} }), /it has ended/)
  })
}
