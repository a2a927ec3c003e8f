import { createHistory, createTally, eventBusMigrations } from '#event-bus'
import type { Service } from '#lib/service'
import type { BusWindowDeps } from './deps.ts'
import { createLiveTail } from './live-tail.ts'
import { permissions } from './permissions.ts'
import { getCatalogue } from './routes/get-catalogue.ts'
import { getLive } from './routes/get-live.ts'

/** Shows the bus to those outside who may see it: what there is, what has happened, what is happening. */
export function createBusWindow({ db, bus, logger }: BusWindowDeps): Service {
  const tally = createTally({ db, onError: (err) => logger.warn({ err }, 'Events not counted: tried again soon') })
  const tail = createLiveTail({
    bus,
    history: createHistory(db),
    onError: (err) => logger.warn({ err }, 'Live stream ended as the log could not be read'),
  })
  return {
    name: 'event-bus',
    // The bus's own: this service has no tables beside.
    migrations: eventBusMigrations,
    permissions: Object.values(permissions),
    mounts: [{ base: '/event-bus', tag: 'event-bus', routes: [getCatalogue({ db, tally }), getLive(tail)] }],
    start: async () => tally.start(),
    async stop() {
      tail.stop()
      await tally.stop()
    },
  }
}
