import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRecord } from '../../../test/support/bus.ts'
import { TerminalError } from '../../lib/errors.ts'
import type { Database } from '../../lib/postgres.ts'
import type { BusShape } from '../conformance-suite.ts'
import type { ReceivedEvent } from '../event.ts'

const textOf = ({ orderingKey, payload }: ReceivedEvent) => `${orderingKey}${(payload as { n: number }).n}`
const effects = async (db: Database) =>
  (await db.query<{ text: string }>('select text from effect order by no')).map(({ text }) => text)
const deliveries = (db: Database, columns: string) =>
  db.query(`select ${columns} from event_bus.delivery order by position`)

/** What it promises when handlers fail. */
export function failurePromises(setup: BusShape['setup']): void {
  test('a handler that throws: the page is rolled back and done one by one, later events of the key wait, others go on', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db, errors } = await open()
    const heard = createRecord<string>()
    const mayPass = Promise.withResolvers<void>()
    const others = Promise.withResolvers<void>()
    let failures = 0
    service.subscribe('s', { names: '#', firstBackoffMs: 1 }, async (event, { tx }) => {
      const text = textOf(event)
      const isLast = text === 'a1' && event.attempt >= 3
      // Before its effect gets a number: effects are compared in the order of those.
      if (isLast) await mayPass.promise
      await tx.query('insert into effect (text) values ($1)', [text])
      if (text === 'a1' && !isLast) {
        failures += 1
        throw new Error('not yet')
      }
      tx.afterCommit(() => {
        heard.add(`${text} at ${event.attempt}`)
        if (text === 'b2') others.resolve()
      })
    })
    await db.transaction(async (tx) => {
      for (const [id, n] of [
        ['b', 1],
        ['a', 1],
        ['a', 2],
        ['b', 2],
        ['a', 3],
      ] as const) {
        await service.publish(tx, { name: 'n', payload: { id, n } })
      }
    })
    await bus.start()
    await others.promise
    mayPass.resolve()
    await heard.count(5)
    assert.deepEqual(heard.items, ['b1 at 1', 'b2 at 1', 'a1 at 3', 'a2 at 1', 'a3 at 1'])
    assert.deepEqual(await effects(db), ['b1', 'b2', 'a1', 'a2', 'a3'])
    assert.ok(failures >= 2)
    assert.deepEqual(await deliveries(db, 'event_id'), [])
    assert.deepEqual(
      errors.map(({ context }) => context),
      [1, 2].map((attempt) => ({ subscription: 's', event: 'n', attempt, dead: false })),
    )
  })

  test('an event that waits aside parks those of its key that are published later', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db } = await open()
    const heard = createRecord<string>()
    let broken = true
    service.subscribe(
      's',
      { names: '#', lanes: 4, firstBackoffMs: 1, mostBackoffMs: 1, maxAttempts: 1_000 },
      (event) => {
        if (broken && event.orderingKey === 'a') throw new Error('still broken')
        heard.add(textOf(event))
      },
    )
    await bus.start()
    const publish = (id: string, n: number) =>
      db.transaction((tx) => service.publish(tx, { name: 'n', payload: { id, n } }))
    for (let n = 1; n <= 5; n += 1) {
      await publish('a', n)
      await publish('b', n)
      await heard.until((items) => items.includes(`b${n}`))
    }
    broken = false
    await heard.count(10)
    assert.deepEqual(heard.items, ['b1', 'b2', 'b3', 'b4', 'b5', 'a1', 'a2', 'a3', 'a4', 'a5'])
  })

  test('TerminalError: dead at once, with its reason, and its key goes on', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db, errors } = await open()
    const heard = createRecord<string>()
    service.subscribe('s', { names: '#' }, (event) => {
      if (textOf(event) === 'a1') throw new TerminalError('no such thing \0 \ud800')
      heard.add(textOf(event))
    })
    await bus.start()
    await db.transaction(async (tx) => {
      for (const n of [1, 2]) await service.publish(tx, { name: 'n', payload: { id: 'a', n } })
    })
    await heard.count(1)
    const [dead, ...others] = await deliveries(db, 'queue, state, attempt, error, position')
    assert.deepEqual(others, [])
    assert.deepEqual([dead?.queue, dead?.state, dead?.attempt, dead?.position], ['s', 'dead', 1, 1])
    assert.equal(dead?.error.message, 'no such thing \ufffd \ufffd')
    assert.match(dead?.error.stack, /failure\.ts/)
    assert.deepEqual(errors[0]?.context, { subscription: 's', event: 'n', attempt: 1, dead: true })
  })

  test('attempts exhausted: dead, and its key goes on', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db } = await open()
    const heard = createRecord<string>()
    const attempts: number[] = []
    service.subscribe('s', { names: '#', maxAttempts: 3, firstBackoffMs: 1 }, (event, { tx }) => {
      if (textOf(event) === 'a2') tx.afterCommit(() => heard.add('a2'))
      else {
        attempts.push(event.attempt)
        // Not even an error that can be turned into text.
        throw Object.create(null)
      }
    })
    await bus.start()
    for (const n of [1, 2]) await db.transaction((tx) => service.publish(tx, { name: 'n', payload: { id: 'a', n } }))
    await heard.count(1)
    assert.deepEqual([...new Set(attempts)], [1, 2, 3])
    assert.deepEqual(await deliveries(db, 'state, attempt'), [{ state: 'dead', attempt: 3 }])
  })

  test(`onFailure "block": the lane waits until the event succeeds, other lanes go on`, async (t) => {
    const { open } = await setup(t)
    const { bus, service, db } = await open()
    const heard = createRecord<string>()
    let broken = true
    const failed = createRecord<string>()
    const options = { names: '#', lanes: 4, onFailure: 'block', firstBackoffMs: 1, mostBackoffMs: 20 } as const
    service.subscribe('s', options, async (event, { tx }) => {
      if (broken && textOf(event) === 'a1') {
        failed.add('a1')
        throw new TerminalError('no use, it waits')
      }
      await tx.query('insert into effect (text) values ($1)', [textOf(event)])
      tx.afterCommit(() => heard.add(textOf(event)))
    })
    // a, b, c and d are spread over the lanes; 'a' shares its lane with some of them perhaps, but not with all.
    await db.transaction(async (tx) => {
      for (const n of [1, 2]) for (const id of 'abcdefgh') await service.publish(tx, { name: 'n', payload: { id, n } })
    })
    await bus.start()
    await failed.count(5)
    await heard.until((items) => items.length >= 6)
    assert.equal(
      heard.items.some((text) => text.startsWith('a')),
      false,
    )
    broken = false
    await heard.count(16)
    assert.ok(heard.items.indexOf('a1') < heard.items.indexOf('a2'))
    assert.equal(new Set(await effects(db)).size, 16)
    assert.equal((await effects(db)).length, 16)
    assert.deepEqual(await deliveries(db, 'event_id'), [])
  })

  test('a handler whose own connection to elsewhere fails has failed', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db } = await open()
    const heard = createRecord<string>()
    service.subscribe('s', { names: '#', maxAttempts: 2, firstBackoffMs: 1 }, (event, { tx }) => {
      if (textOf(event) === 'a1') throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
      tx.afterCommit(() => heard.add(textOf(event)))
    })
    await bus.start()
    for (const n of [1, 2]) await db.transaction((tx) => service.publish(tx, { name: 'n', payload: { id: 'a', n } }))
    await heard.count(1)
    assert.deepEqual(await deliveries(db, 'state, attempt'), [{ state: 'dead', attempt: 2 }])
  })

  test('a handler that swallows an SQL error has failed', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db } = await open()
    const heard = createRecord<string>()
    service.subscribe('s', { names: '#', maxAttempts: 2, firstBackoffMs: 1 }, async (event, { tx }) => {
      await tx.query('insert into effect (text) values ($1)', [textOf(event)])
      if (textOf(event) === 'a1') await tx.query('select 1 / 0').catch(() => undefined)
      else tx.afterCommit(() => heard.add(textOf(event)))
    })
    await bus.start()
    for (const n of [1, 2]) await db.transaction((tx) => service.publish(tx, { name: 'n', payload: { id: 'a', n } }))
    await heard.count(1)
    await bus.stop()
    assert.deepEqual(await effects(db), ['a2'])
    assert.deepEqual(await deliveries(db, 'state, attempt'), [{ state: 'dead', attempt: 2 }])
  })

  test('effects written with tx are there exactly once when the connection breaks at any moment', async (t) => {
    const { open, database } = await setup(t)
    const { bus, service, db } = await open({ poolSize: 6 })
    const handled = createRecord<string>()
    let calls = 0
    service.subscribe('s', { names: '#', lanes: 4 }, async (event, { tx }) => {
      calls += 1
      await tx.query('insert into effect (text) values ($1)', [textOf(event)])
      if (calls % 7 === 0 && calls < 70) {
        const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid')
        await database.asSuperuser('select pg_terminate_backend($1)', [row?.pid])
      }
      tx.afterCommit(() => handled.add(textOf(event)))
    })
    await db.transaction(async (tx) => {
      for (let n = 0; n < 40; n += 1) await service.publish(tx, { name: 'n', payload: { id: 'abcdefgh'[n % 8], n } })
    })
    await bus.start()
    await handled.count(40)
    await bus.stop()
    assert.ok(calls > 70)
    const texts = await effects(database.db)
    assert.deepEqual([texts.length, new Set(texts).size], [40, 40])
    assert.deepEqual(await deliveries(database.db, 'event_id'), [])
  })

  test('effects written with tx are there exactly once when the answer to a commit is lost', async (t) => {
    const { open, database } = await setup(t)
    const { bus, service, db, loseCommitAnswers } = await open()
    const handled = createRecord<string>()
    service.subscribe('s', { names: '#', lanes: 4, firstBackoffMs: 1 }, async (event, { tx }) => {
      await tx.query('insert into effect (text) values ($1)', [textOf(event)])
      if (textOf(event) === 'a8' && event.attempt === 1) throw new Error('to be delivered again')
      handled.add(textOf(event))
    })
    await bus.start()
    const events = Array.from({ length: 40 }, (_, n) => ({ name: 'n', payload: { id: 'abcdefgh'[n % 8], n } }))
    await db.transaction((tx) => service.publishAll(tx, events))
    loseCommitAnswers(6)
    await handled.until((items) => new Set(items).size === 40)
    await bus.stop()
    assert.ok(loseCommitAnswers(0) < 6)
    const texts = await effects(database.db)
    assert.deepEqual([texts.length, new Set(texts).size], [40, 40])
  })

  for (const onFailure of ['retry', 'block'] as const) {
    test(`onFailure "${onFailure}": a page whose answer was lost is done, though its first statement fails when it is tried again`, async (t) => {
      const { open, database } = await setup(t)
      await database.asSuperuser('alter table effect add unique (text)')
      const { bus, service, loseCommitAnswers } = await open()
      const handled = createRecord<string>()
      service.subscribe('s', { names: '#', onFailure, firstBackoffMs: 1 }, async (event, { tx }) => {
        await tx.query('insert into effect (text) values ($1)', [textOf(event)])
        handled.add(textOf(event))
      })
      await bus.start()
      const publish = (n: number) =>
        database.db.transaction((tx) => service.publish(tx, { name: 'n', payload: { id: 'a', n } }))
      // The first page of a subscription is done in order: nobody has looked yet whether anything waits.
      await publish(0)
      await handled.count(1)
      await publish(1)
      await handled.count(2)
      loseCommitAnswers(1)
      await publish(2)
      await handled.until((items) => items.includes('a2'))
      await publish(3)
      await handled.until((items) => items.includes('a3'))
      await bus.stop()
      assert.deepEqual((await effects(database.db)).sort(), ['a0', 'a1', 'a2', 'a3'])
    })
  }
}
