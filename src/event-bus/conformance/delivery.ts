import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRecord } from '../../../test/support/bus.ts'
import type { BusShape } from '../conformance-suite.ts'
import type { ReceivedEvent } from '../event.ts'

const numberOf = ({ payload }: ReceivedEvent) => (payload as { n: number }).n

/** What every shape of the bus promises of delivery and order. */
export function deliveryPromises(setup: BusShape['setup']): void {
  test('subscribe() hears an event that commits late, and then in order of its key', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db } = await open()
    const heard = createRecord<ReceivedEvent>()
    service.subscribe('s', { names: '#', lanes: 4 }, (event) => heard.add(event))
    await bus.start()
    const publish = (n: number, id: string) =>
      db.transaction((tx) => service.publish(tx, { name: 'changed', payload: { id, n } }))
    const written = Promise.withResolvers<void>()
    const mayCommit = Promise.withResolvers<void>()
    const late = db.transaction(async (tx) => {
      await tx.query(`insert into effect (text) values ('takes its transaction number now')`)
      await service.publish(tx, { name: 'changed', payload: { id: 'late', n: 1 } })
      written.resolve()
      await mayCommit.promise
    })
    await written.promise
    await publish(10, 'other')
    await publish(11, 'other')
    await heard.count(2)
    mayCommit.resolve()
    await late
    await publish(2, 'late')
    await heard.count(4)
    assert.deepEqual(heard.items.map(numberOf), [10, 11, 1, 2])
    assert.deepEqual(
      heard.items.map(({ position }) => position),
      [1, 2, 3, 4],
    )
  })

  test('subscribe() with one lane hears everything in total order', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db } = await open()
    const heard = createRecord<ReceivedEvent>()
    service.subscribe('s', { names: '#' }, (event) => heard.add(event))
    await bus.start()
    await Promise.all(
      Array.from({ length: 300 }, (_, n) =>
        db.transaction((tx) => service.publish(tx, { name: 'n', payload: { id: `k${n % 7}`, n } })),
      ),
    )
    await heard.count(300)
    assert.deepEqual(
      heard.items.map(({ position }) => position),
      Array.from({ length: 300 }, (_, index) => index + 1),
    )
  })

  test('subscribe() with many lanes keeps the order of each key', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db } = await open()
    const heard = createRecord<ReceivedEvent>()
    service.subscribe('s', { names: '#', lanes: 16 }, (event) => heard.add(event))
    await bus.start()
    const keys = Array.from({ length: 20 }, (_, key) => `key ${key}`)
    for (let n = 0; n < 10; n += 1) {
      await Promise.all(
        keys.map((id) => db.transaction((tx) => service.publish(tx, { name: 'n', payload: { id, n } }))),
      )
    }
    await heard.count(200)
    for (const [key, events] of Map.groupBy(heard.items, ({ orderingKey }) => orderingKey)) {
      assert.deepEqual(events.map(numberOf), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], key)
    }
  })

  test('subscribe() hears what its patterns name, at every level', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db } = await open()
    const heard = createRecord<[string, string]>()
    const patterns: Record<string, string[]> = {
      all: ['#'],
      star: ['*'],
      middle: ['iam.*.created'],
      tail: ['iam.#'],
      head: ['#.created'],
      either: ['flow.started', '*.schema.*'],
    }
    for (const [name, names] of Object.entries(patterns)) {
      service.subscribe(name, { names }, (event) => heard.add([name, event.name]))
    }
    await bus.start()
    const names = [
      'iam',
      'iam.user.created',
      'iam.user.x.created',
      'flow.started',
      'metadata.schema.deleted',
      'created',
    ]
    await db.transaction((tx) =>
      service.publishAll(
        tx,
        names.map((name) => ({ name, payload: {} })),
      ),
    )
    const expected = {
      all: names,
      star: ['iam', 'created'],
      middle: ['iam.user.created'],
      tail: ['iam', 'iam.user.created', 'iam.user.x.created'],
      head: ['iam.user.created', 'iam.user.x.created', 'created'],
      either: ['flow.started', 'metadata.schema.deleted'],
    }
    await heard.count(Object.values(expected).flat().length)
    for (const [name, wanted] of Object.entries(expected)) {
      assert.deepEqual(
        heard.items.filter(([by]) => by === name).map(([, what]) => what),
        wanted,
        name,
      )
    }
  })

  test('subscribe() under one name is shared by processes, under two names each hears all', async (t) => {
    const { open } = await setup(t)
    const heard = createRecord<[string, number]>()
    const processes = [await open(), await open()]
    for (const [index, { service }] of processes.entries()) {
      service.subscribe('shared', { names: '#', lanes: 8 }, (event) =>
        heard.add([`shared by ${index}`, numberOf(event)]),
      )
      service.subscribe(`own ${index}`, { names: '#' }, (event) => heard.add([`own ${index}`, numberOf(event)]))
    }
    for (const { bus } of processes) await bus.start()
    // A lane may be with the first process until the two have shared them out.
    const sharedOut = () => {
      const [done1, done2] = processes.map(({ bus }) => bus.state().subscriptions[0]?.done)
      return done1 !== undefined && done2 !== undefined
    }
    const [first] = processes
    // Both were opened just now.
    if (first === undefined) return
    let n = 0
    while (n < 100 || !sharedOut() || !heard.items.some(([by]) => by === 'shared by 1')) {
      const payload = { id: `key ${n % 50}`, n }
      await first.db.transaction((tx) => first.service.publish(tx, { name: 'n', payload }))
      n += 1
      assert.ok(n < 20_000, 'the second process gets no lane')
    }
    await heard.count(3 * n)
    const numbers = Array.from({ length: n }, (_, index) => index)
    const by = (start: string) => heard.items.filter(([name]) => name.startsWith(start)).map(([, number]) => number)
    assert.deepEqual(
      by('shared by').sort((a, b) => a - b),
      numbers,
    )
    assert.deepEqual(by('own 0'), numbers)
    assert.deepEqual(by('own 1'), numbers)
  })

  test('subscribe() hears foreign events only when it asks for them', async (t) => {
    const { open, publishForeign } = await setup(t)
    const { bus, service, db } = await open()
    const heard = createRecord<[string, string]>()
    service.subscribe('ours', { names: 'iam.#' }, (event) => heard.add(['ours', event.origin]))
    service.subscribe('all', { names: 'iam.#', foreign: true }, (event) => heard.add(['all', event.origin]))
    await bus.start()
    await publishForeign('iam.user.deleted', { id: 'x' })
    await db.transaction((tx) => service.publish(tx, { name: 'iam.user.created', payload: { id: 'x' } }))
    await heard.count(3)
    assert.deepEqual(
      heard.items.filter(([by]) => by === 'ours'),
      [['ours', '']],
    )
    assert.deepEqual(
      heard.items.filter(([by]) => by === 'all'),
      [
        ['all', 'amqp:other'],
        ['all', ''],
      ],
    )
  })

  test('subscribe() begins at the beginning, or now, and goes on where it was', async (t) => {
    const { start, open } = await setup(t)
    const first = await start()
    const publish = (n: number) =>
      first.db.transaction((tx) => first.service.publish(tx, { name: 'n', payload: { id: 'k', n } }))
    const known = createRecord<number>()
    first.service.subscribe('witness', { names: '#' }, (event) => known.add(numberOf(event)))
    await publish(1)
    await known.count(1)
    const heard = createRecord<string>()
    const begin = async () => {
      const process = await open()
      process.service.subscribe('beginning', { names: '#' }, (event) => heard.add(`beginning ${numberOf(event)}`))
      process.service.subscribe('now', { names: '#', from: 'now' }, (event) => heard.add(`now ${numberOf(event)}`))
      await process.bus.start()
      return process
    }
    const second = await begin()
    await publish(2)
    await heard.count(3)
    await second.stop()
    await publish(3)
    await begin()
    await heard.count(5)
    assert.deepEqual(heard.items.toSorted(), ['beginning 1', 'beginning 2', 'beginning 3', 'now 2', 'now 3'])
  })

  test('subscribePages() hears pages in order, in one transaction each', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db } = await open()
    const heard = createRecord<number>()
    service.subscribePages('pages', { names: '#' }, async (events, { tx }) => {
      const [row] = await tx.query('select pg_current_xact_id()::text as xid')
      for (const event of events)
        await tx.query('insert into effect (text) values ($1)', [`${row?.xid} ${event.position}`])
      for (const event of events) heard.add(numberOf(event))
    })
    await db.transaction(async (tx) => {
      for (let n = 0; n < 250; n += 1) await service.publish(tx, { name: 'n', payload: { n } })
    })
    await bus.start()
    await heard.count(250)
    assert.deepEqual(
      heard.items,
      Array.from({ length: 250 }, (_, n) => n),
    )
    await bus.stop()
    const rows = await db.query<{ text: string }>('select text from effect order by no')
    assert.equal(rows.length, 250)
    assert.ok(new Set(rows.map(({ text }) => text.split(' ')[0])).size <= 10)
  })

  test('subscribe() refuses what it cannot do', async (t) => {
    const { open } = await setup(t)
    const { service } = await open()
    service.subscribe('s', { names: '#' }, () => undefined)
    assert.throws(() => service.subscribe('s', { names: '#' }, () => undefined), /once/)
    for (const names of [[], '', 'a..b', 'a.b*', '.a', 'a b']) {
      assert.throws(() => service.subscribe(`names ${names}`, { names }, () => undefined), /pattern/)
    }
    for (const lanes of [0, -1, 1.5, 5_000, Number.NaN]) {
      assert.throws(() => service.subscribe(`lanes ${lanes}`, { names: '#', lanes }, () => undefined), /lanes/)
    }
  })
}
