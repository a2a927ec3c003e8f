import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRecord } from '../../../test/support/bus.ts'
import type { BusShape } from '../conformance-suite.ts'
import type { Listening } from '../listener.ts'

/** Resolves when the listener is at most so many milliseconds behind. Looks at each turn of the event loop. */
async function fresh(listening: Listening, ms = 1_000): Promise<void> {
  const deadline = performance.now() + 15_000
  while (listening.freshness() > ms) {
    assert.ok(performance.now() < deadline, `never fresh: ${listening.freshness()}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** What it promises to listeners. */
export function listenPromises(setup: BusShape['setup']): void {
  test('listen() hears in every process, foreign events too, from now on', async (t) => {
    const { start, publishForeign } = await setup(t)
    const processes = [await start(), await start()]
    const [first] = processes
    if (first === undefined) return
    const publish = (name: string) => first.db.transaction((tx) => first.service.publish(tx, { name, payload: {} }))
    const before = createRecord<string>()
    first.service.subscribe('witness', { names: '#' }, (event) => before.add(event.name))
    await publish('iam.before')
    await before.count(1)
    const heard = createRecord<string>()
    const other = createRecord<string>()
    const listenings = processes.map(({ service }) => service.listen('iam.#', ({ name }) => heard.add(name)))
    for (const { service } of processes) service.listen(['flow.*', 'iam.b'], ({ name }) => other.add(name))
    await publish('iam.a')
    await publish('flow.x')
    await publishForeign('iam.b', {})
    await heard.until((items) => items.filter((name) => name === 'iam.b').length === 2)
    await other.until((items) => items.filter((name) => name === 'iam.b').length === 2)
    listenings[0]?.stop()
    await publish('iam.c')
    await publish('flow.end')
    await heard.until((items) => items.includes('iam.c'))
    await other.until((items) => items.filter((name) => name === 'flow.end').length === 2)
    // The process where this one is known at once has not heard what was before.
    const afterwards = heard.items.filter((name) => name !== 'iam.before')
    assert.deepEqual(afterwards.toSorted(), ['iam.a', 'iam.a', 'iam.b', 'iam.b', 'iam.c'])
    assert.ok(heard.items.length - afterwards.length <= 1)
  })

  test('listen() goes on after a handler that throws, and reports it', async (t) => {
    const { start } = await setup(t)
    const { service, db, errors } = await start()
    const heard = createRecord<string>()
    service.listen('#', () => {
      throw new Error('bad listener')
    })
    service.listen('#', ({ name }) => heard.add(name))
    for (const name of ['a', 'b']) await db.transaction((tx) => service.publish(tx, { name, payload: {} }))
    await heard.count(2)
    assert.deepEqual(
      errors.map(({ error }) => (error as Error).message),
      ['bad listener', 'bad listener'],
    )
  })

  test('freshness() is Infinity at first, small in operation, and grows without the database', async (t) => {
    const { start, open } = await setup(t)
    const unstarted = await open()
    assert.equal(unstarted.service.listen('#', () => undefined).freshness(), Number.POSITIVE_INFINITY)
    const { service, crash } = await start()
    const listening = service.listen('#', () => undefined)
    assert.equal(listening.freshness(), Number.POSITIVE_INFINITY)
    await fresh(listening, 400)
    await crash()
    const atCrash = listening.freshness()
    await new Promise((resolve) => setTimeout(resolve, 700))
    assert.ok(listening.freshness() >= atCrash + 600)
    assert.equal(service.listen('#', () => undefined).freshness(), Number.POSITIVE_INFINITY)
  })

  test('freshness() below an age means that everything committed before was heard', async (t) => {
    const { start } = await setup(t)
    const [here, there] = [await start(), await start()]
    const heard = new Set<number>()
    const committed: { n: number; at: number }[] = []
    const listening = here.service.listen('#', ({ payload }) => void heard.add((payload as { n: number }).n))
    let n = 0
    let claims = 0
    const publisher = async () => {
      while (n < 400) {
        n += 1
        const mine = n
        await there.db.transaction((tx) => there.service.publish(tx, { name: 'n', payload: { n: mine } }))
        committed.push({ n: mine, at: performance.now() })
        const freshUntil = performance.now() - listening.freshness()
        for (const event of committed) {
          if (event.at > freshUntil) continue
          claims += 1
          assert.ok(heard.has(event.n), `${event.n} was committed before what it claims to know`)
        }
      }
    }
    await Promise.all([publisher(), publisher(), publisher(), publisher()])
    await fresh(listening, 200)
    assert.ok(claims > 0)
  })

  test('freshness() grows while committed events wait for a position', async (t) => {
    const { start, open, database } = await setup(t)
    // The lock is held by one who does nothing, and nobody takes it from him.
    const holder = await database.db.session()
    t.after(() => holder.close())
    await holder.query('select pg_advisory_lock($1)', [0x6f696873])
    const { service, db } = await start({ stallMs: 600_000 })
    const heard = createRecord<string>()
    const listening = service.listen('#', ({ name }) => heard.add(name))
    await fresh(listening)
    await db.transaction((tx) => service.publish(tx, { name: 'waits', payload: {} }))
    const since = performance.now()
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    assert.ok(listening.freshness() >= performance.now() - since, `${listening.freshness()}`)
    assert.deepEqual(heard.items, [])
    await holder.close()
    await (await open()).bus.start()
    await heard.count(1)
    await fresh(listening)
  })
}
