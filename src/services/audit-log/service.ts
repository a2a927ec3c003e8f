import type { Service } from '#lib/service'
import type { AuditLogDeps } from './deps.ts'
import { onAnyEvent } from './handlers/on-any-event.ts'
import { auditLogMigrations } from './migrations.ts'
import { createOwnerKeys } from './owner-keys.ts'
import { permissions } from './permissions.ts'
import { getHealth } from './routes/get-health.ts'
import { getLog } from './routes/get-log.ts'
import { getLogs } from './routes/get-logs.ts'

/** Keeps every event of the hub for ever, and serves them to those who may read them. */
export function createAuditLog(deps: AuditLogDeps): Service {
  const { bus, clock, masterKey, logger } = deps
  const keys = createOwnerKeys(masterKey)
  const record = onAnyEvent({ keys, clock })

  // One lane that waits where it cannot go on: the log has the order of the events and misses none.
  bus.subscribePages(
    'audit-log',
    { names: '#', foreign: true, lanes: 1, pageEvents: 500, from: 'beginning', onFailure: 'block' },
    async (events, context) => {
      await record(events, context)
      logger.debug({ entries: events.length }, 'Events recorded')
    },
  )

  return {
    name: 'audit-log',
    migrations: auditLogMigrations,
    permissions: Object.values(permissions),
    mounts: [
      {
        base: '/audit-log',
        tag: 'audit-log',
        routes: [getHealth(''), getHealth('/healthcheck'), getLogs(deps, keys), getLog(deps, keys)],
      },
    ],
    start: async () => undefined,
    stop: async () => undefined,
  }
}
