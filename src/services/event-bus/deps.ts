import type { Payloads } from '#catalogue'
import type { ServiceBus } from '#event-bus'
import type { Logger } from '#lib/logger'
import type { Database } from '#lib/postgres'

/** What the bus's window needs from the process that runs it. */
export interface BusWindowDeps {
  readonly db: Database
  readonly bus: Pick<ServiceBus<Payloads>, 'listen'>
  readonly logger: Logger
}
