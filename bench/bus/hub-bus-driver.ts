import type { ReceivedEvent } from '../../src/event-bus/event.ts'
import { createEventBus, eventBusMigrations } from '../../src/event-bus/index.ts'
import { createMembership } from '../../src/lib/membership.ts'
import { APP_ROLE, migrate } from '../../src/lib/migrate.ts'
import { createDatabase, type Tx } from '../../src/lib/postgres.ts'
import type { Driver, DriverInput } from './driver.ts'
import { INSERT_EFFECT, writeEffects } from './effect.ts'
import type { Tally } from './tally.ts'
import { THING_NAME, type Thing, type ThingPayload } from './thing.ts'

type Payloads = { [THING_NAME]: ThingPayload }

/**
 * Our bus, in one process. `mode.handler`: `pages` (default) writes the effects of a page with one insert, `each` those of each event. `mode.lanes` and
 * `mode.pageEvents` as in `SubscribeOptions`. With `mode.behind` the subscribers begin now, and one more, whose
 * effects nobody counts, begins at the beginning.
 */
export function createDriver({ url, connections, mode }: DriverInput): Driver {
  const db = createDatabase({ url, role: APP_ROLE, poolSize: connections })
  const report = (error: unknown) => console.error('bus', error)
  const membership = createMembership({ db, onError: report })
  const bus = createEventBus<Payloads>({ db, membership, onError: report })
  const service = bus.service('bench')
  const lanes = Number(mode.lanes ?? 1)
  const options = {
    names: '#',
    lanes,
    from: mode.behind === undefined ? 'beginning' : 'now',
    ...(mode.pageEvents === undefined ? {} : { pageEvents: Number(mode.pageEvents) }),
  } as const

  function subscribe(subscriber: number, tally: Tally): void {
    const name = `subscriber-${subscriber}`
    if (mode.handler !== 'each') {
      service.subscribePages(name, options, (events, { tx }) => handlePage(subscriber, events, tx, tally))
      return
    }
    service.subscribe(name, options, async (event, { tx }) => {
      await tx.query(INSERT_EFFECT, [subscriber, event.payload.n])
      tx.afterCommit(() => tally.committed([event.payload.sentAt]))
    })
  }

  return {
    async prepare() {
      await migrate({ url, migrations: [eventBusMigrations] })
    },
    async start(subscribers, tally) {
      await membership.start()
      for (let subscriber = 1; subscriber <= subscribers; subscriber += 1) subscribe(subscriber, tally)
      if (mode.behind !== undefined && subscribers > 0) {
        service.subscribePages('behind', { ...options, from: 'beginning' }, (events, { tx }) =>
          writeEffects(tx, 0, events as readonly unknown[] as readonly Thing[]),
        )
      }
      await bus.start()
    },
    async publish(things) {
      const events = things.map(({ payload }) => ({ name: THING_NAME, payload }) as const)
      await db.transaction((tx) => service.publishAll(tx, events))
    },
    async stop() {
      await bus.stop()
      await membership.stop()
      await db.close()
    },
  }
}

async function handlePage(subscriber: number, events: readonly ReceivedEvent[], tx: Tx, tally: Tally): Promise<void> {
  const things = events as readonly unknown[] as readonly Thing[]
  await writeEffects(tx, subscriber, things)
  tx.afterCommit(() => tally.committed(things.map(({ payload }) => payload.sentAt)))
}
