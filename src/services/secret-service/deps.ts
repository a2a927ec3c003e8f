import type { Payloads } from '#catalogue'
import type { ServiceBus } from '#event-bus'
import type { ConfigValues } from '#lib/config'
import { HubError } from '#lib/errors'
import type { Logger } from '#lib/logger'
import type { MasterKey } from '#lib/master-key/master-key'
import type { Database } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import type { secretServiceConfig } from './config.ts'
import type { DataKeys } from './vault/data-keys.ts'
import type { Vault } from './vault/vault.ts'

/** What the Secret Service needs from the process that runs it. */
export interface SecretServiceDeps {
  readonly db: Database
  readonly bus: ServiceBus<Payloads>
  readonly logger: Logger
  readonly clock: () => Date
  readonly masterKey: MasterKey
  readonly config: ConfigValues<typeof secretServiceConfig>
  /** CIDR ranges of private addresses where providers may be. */
  readonly outboundAllow: readonly string[]
  /** Scheme, host and port under which the hub is reached; asked for once it listens. */
  readonly publicUrl: () => string
  /** Milliseconds that a process has to get the next value of a secret; default 15,000. */
  readonly refreshLeaseMs?: number
}

/** What the parts of the Secret Service share. */
export interface SecretParts extends SecretServiceDeps {
  readonly keys: DataKeys
  readonly vault: Vault
}

/** The fields that every event about a thing has: who brought it about, where, and the thing. */
export function eventFields({ id, tenantId }: { id: string; tenantId: string }, by: Pick<Principal, 'id'> | undefined) {
  return { ...(by && { user: by.id }), tenant: tenantId, id }
}

/** Throws `not-found` for undefined: what does not exist and what the caller must not see look the same. */
export function found<T>(thing: T | undefined, what: 'secret' | 'auth client', field = 'id'): T {
  if (thing !== undefined) return thing
  throw new HubError('not-found', `No ${what} found`, { faults: [{ field, message: `There is no such ${what}` }] })
}
