import type { Mount } from './http/route.ts'
import type { Migrations } from './migrate.ts'
import type { Permission } from './principal.ts'

/** What every service shows to the process that runs it. Its subscriptions are made when it is created. */
export interface Service {
  readonly name: string
  /** Its own schema: no service reads another's tables. */
  readonly migrations: Migrations
  /** What its routes check; all services' together are the hub's catalogue of permissions. */
  readonly permissions: readonly Permission[]
  readonly mounts: readonly Mount[]
  /** Begins background work. The database is migrated and the bus runs. */
  start(): Promise<void>
  /** Ends it; resolves when all is still. */
  stop(): Promise<void>
}
