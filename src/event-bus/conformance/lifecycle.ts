import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createRecord } from '../../../test/support/bus.ts'
import type { BusShape } from '../conformance-suite.ts'
import { type AnyEvent, exactJson, keyHash } from '../event.ts'

const numberOf = ({ payload }: AnyEvent<Record<string, Record<string, unknown>>>) => payload.n as number

/** So rare that only wake-ups can explain a delivery within a test. */
const NEVER_LOOK = { lookEveryMs: 600_000 }

/** What it promises of start, stop and load. */
export function lifecyclePromises(setup: BusShape['setup']): void {
  test('events are handled without waiting for a look, in the process that published them', async (t) => {
    const { start } = await setup(t)
    const { service, db } = await start(NEVER_LOOK)
    const heard = createRecord<number>()
    const listened = createRecord<number>()
    service.subscribe('s', { names: '#', lanes: 2 }, (event) => heard.add(numberOf(event)))
    service.listen('#', ({ position }) => listened.add(position))
    for (let n = 1; n <= 20; n += 1) {
      await db.transaction((tx) => service.publish(tx, { name: 'n', payload: { n } }))
      await heard.count(n)
      await listened.count(n)
    }
  })

  test('events are handled without waiting for a look, in another process', async (t) => {
    const { start } = await setup(t)
    const sequencing = await start(NEVER_LOOK)
    const publishing = await start(NEVER_LOOK)
    const handling = await start(NEVER_LOOK)
    const heard = createRecord<number>()
    handling.service.subscribe('s', { names: '#' }, (event) => heard.add(numberOf(event)))
    // All know of each other once each has counted three.
    for (const { membership } of [sequencing, publishing, handling]) await untilTrue(() => membership.alive() === 3)
    assert.deepEqual(
      [sequencing, publishing, handling].map(({ bus }) => bus.state().sequencing),
      [true, false, false],
    )
    for (let n = 1; n <= 20; n += 1) {
      await publishing.db.transaction((tx) => publishing.service.publish(tx, { name: 'n', payload: { n } }))
      await heard.count(n)
    }
  })

  test('the link between processes is restored when it was lost', async (t) => {
    const { start, database } = await setup(t)
    const sequencing = await start(NEVER_LOOK)
    const handling = await start(NEVER_LOOK)
    const heard = createRecord<number>()
    handling.service.subscribe('s', { names: '#' }, (event) => heard.add(numberOf(event)))
    await untilTrue(() => sequencing.membership.alive() === 2)
    const publish = (n: number) =>
      sequencing.db.transaction((tx) => sequencing.service.publish(tx, { name: 'n', payload: { n } }))
    await publish(1)
    await heard.count(1)
    const cut = await database.asSuperuser(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen%'`,
    )
    assert.equal(cut.length, 2)
    await publish(2)
    await heard.count(2)
    await publish(3)
    await heard.count(3)
  })

  test('stop() leaves nothing half done and lets another process go on at once', async (t) => {
    const { start, open, database } = await setup(t)
    const first = await start()
    // So long that leases, were they kept, would hold the other one up beyond the end of the test.
    const second = await open({ lifetimeMs: 600_000 })
    const heard = createRecord<string>()
    const begun = createRecord<string>()
    const mayEnd = Promise.withResolvers<void>()
    const handler =
      (by: string) =>
      async (event: Parameters<typeof numberOf>[0], { tx }: { tx: Parameters<typeof first.service.publish>[0] }) => {
        begun.add(by)
        await tx.query('insert into effect (text) values ($1)', [`${numberOf(event)}`])
        if (by === 'first') await mayEnd.promise
        tx.afterCommit(() => heard.add(`${by} ${numberOf(event)}`))
      }
    first.service.subscribe('s', { names: '#', lanes: 4 }, handler('first'))
    await first.db.transaction(async (tx) => {
      for (let n = 0; n < 500; n += 1) await first.service.publish(tx, { name: 'n', payload: { id: `k${n % 9}`, n } })
    })
    await begun.count(1)
    const stopped = first.stop()
    mayEnd.resolve()
    await stopped
    const done = heard.items.length
    assert.ok(done < 500)
    const held = await database.db.query('select lane from event_bus.lane where owner is not null')
    assert.deepEqual(held, [])
    second.service.subscribe('s', { names: '#', lanes: 4 }, handler('second'))
    await second.bus.start()
    await heard.count(500)
    const effects = await database.db.query<{ text: string }>('select text from effect')
    assert.deepEqual([effects.length, new Set(effects.map(({ text }) => text)).size], [500, 500])
    assert.equal(heard.items.filter((text) => text.startsWith('first')).length, done)
  })

  test('start() and stop() may come twice, and stop() before start()', async (t) => {
    const { open } = await setup(t)
    const { bus } = await open()
    assert.equal(bus.start(), bus.start())
    await bus.start()
    assert.equal(bus.stop(), bus.stop())
    await bus.stop()
    const { bus: other } = await open()
    await other.stop()
    await assert.rejects(other.start(), /must not have been stopped/)
    const { bus: third, service } = await open()
    service.subscribe('s', { names: '#' }, () => undefined)
    const starting = third.start()
    await third.stop()
    await starting
  })

  test('start() without a database rejects and leaves nothing running', async (t) => {
    const { open } = await setup(t)
    const { bus, service, silence } = await open()
    service.subscribe('s', { names: '#' }, () => undefined)
    silence()
    await assert.rejects(bus.start(), /dead/)
    assert.equal(bus.state().sequencing, false)
  })

  test('a backlog stays in the log: 20,000 events behind a blocked lane take little memory', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db } = await open()
    const blocked = createRecord<number>()
    const handled = createRecord<number>()
    service.subscribe(
      's',
      { names: '#', lanes: 4, onFailure: 'block', firstBackoffMs: 5, mostBackoffMs: 5 },
      (event) => {
        if (event.payload.id === 'blocked') {
          blocked.add(1)
          throw new Error('blocked')
        }
        handled.add(1)
      },
    )
    const text = 'x'.repeat(2_000)
    const laneOf = (key: string) => keyHash(key) % 4
    const freeKey = ['a', 'b', 'c', 'd', 'e', 'f'].find((key) => laneOf(key) !== laneOf('blocked')) ?? ''
    for (let round = 0; round < 20; round += 1) {
      await db.transaction(async (tx) => {
        const id = (n: number) => (n % 2 === 0 ? 'blocked' : freeKey)
        const events = Array.from({ length: 1_000 }, (_, n) => ({ name: 'n', payload: { id: id(n), text } }))
        await service.publishAll(tx, events)
      })
    }
    const before = heapUsed()
    await bus.start()
    await handled.until(({ length }) => length >= 10_000, 60_000)
    await blocked.count(3)
    // 500 events of 2 kB wait in the lane; a process that took in the backlog would hold 20 MB more.
    assert.ok(heapUsed() - before < 15_000_000, `${heapUsed() - before} bytes`)
    assert.equal(bus.state().subscriptions[0]?.done, 0)
  })

  test('big bodies are read a few at a time', async (t) => {
    const { open } = await setup(t)
    const { bus, service, db } = await open()
    const heard = createRecord<number>()
    service.subscribe('s', { names: '#' }, ({ body }) => heard.add(body.length))
    const payload = exactJson(`{"text":"${'x'.repeat(1_000_000)}"}`)
    for (let round = 0; round < 6; round += 1) {
      await db.transaction(async (tx) => {
        for (let n = 0; n < 10; n += 1) await service.publish(tx, { name: 'big', payload })
      })
    }
    await bus.start()
    await heard.count(60, 60_000)
    assert.equal(heard.items.length, 60)
  })
}

/** What is left after a collection: the garbage of the moment says nothing. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  return process.memoryUsage().heapUsed
}

/** Resolves when the condition holds; looks at each turn of the event loop. */
async function untilTrue(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 15_000
  while (!condition()) {
    assert.ok(performance.now() < deadline, `never true: ${condition}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
