import type { Payloads } from '#catalogue'
import type { ServiceBus } from '#event-bus'
import type { Logger } from '#lib/logger'
import type { MasterKey } from '#lib/master-key/master-key'
import type { Database } from '#lib/postgres'

/** What the Audit Log needs from the process that runs it. */
export interface AuditLogDeps {
  readonly db: Database
  readonly bus: ServiceBus<Payloads>
  readonly logger: Logger
  readonly clock: () => Date
  /** It wraps the keys of persons and tenants. */
  readonly masterKey: MasterKey
}
