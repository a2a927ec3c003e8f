import type { Payloads } from '#catalogue'
import type { ServiceBus } from '#event-bus'
import { HubError } from '#lib/errors'
import type { Logger } from '#lib/logger'
import type { Database } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import type { ServiceClient } from '#lib/service-client'
import type { ProcessChecks } from './checking/process-checks.ts'

/** An event of the hub, as far as it is published as a schema. */
export interface EventSchema {
  readonly name: string
  readonly summary: string
  /** JSON Schema of its payload. */
  readonly payload: object
}

/** What the Metadata Repository needs from the process that runs it. */
export interface MetadataRepositoryDeps {
  readonly db: Database
  readonly bus: ServiceBus<Payloads>
  readonly logger: Logger
  readonly clock: () => Date
  /** Scheme, host and port under which the hub is reached; asked for once it listens. */
  readonly publicUrl: () => string
  /** Calls the Flow Repository by a token of this service, which may read flows. */
  readonly flowRepository: ServiceClient
  /** The events whose payloads the domain `oih-events` describes. */
  readonly events: readonly EventSchema[]
  /** Started and stopped with the service. */
  readonly checks: ProcessChecks
}

/** Who brings something about; undefined = the hub itself. */
export type By = Pick<Principal, 'id'> | undefined

/** The fields that every event about a thing has: who brought it about, and where, which is the thing's tenant. */
export function eventFields({ id, tenantId }: { id: string; tenantId: string | undefined }, by: By) {
  return { ...(by && { user: by.id }), ...(tenantId && { tenant: tenantId }), id }
}

/** Throws `not-found` for undefined: what does not exist and what the caller must not see look the same. */
export function found<T>(thing: T | undefined, what: 'domain' | 'schema' | 'version', field: string): T {
  if (thing !== undefined) return thing
  throw new HubError('not-found', `No ${what} found`, { faults: [{ field, message: `There is no such ${what}` }] })
}
