import type { Payloads } from '#catalogue'
import type { ServiceBus } from '#event-bus'
import { HubError } from '#lib/errors'
import type { Logger } from '#lib/logger'
import type { MasterKey } from '#lib/master-key/master-key'
import type { Database } from '#lib/postgres'
import type { Permission, Principal } from '#lib/principal'
import type { LoginThrottle } from './login/login-throttle.ts'
import type { Passwords } from './login/password.ts'
import type { PermissionCatalogue } from './permissions.ts'

/** What the IAM needs from the process that runs it. */
export interface IamDeps {
  readonly db: Database
  readonly bus: ServiceBus<Payloads>
  readonly logger: Logger
  readonly clock: () => Date
  readonly masterKey: MasterKey
  readonly config: { readonly loginTokenHours: number }
  /** Scheme, host and port under which the hub is reached; asked for once it listens. */
  readonly publicUrl: () => string
  /** Those of all services, so that they can be listed and given. The IAM's own may be among them. */
  readonly permissions: readonly Permission[]
  /** Default: Argon2id with Node's own implementation. */
  readonly passwords?: Passwords
  /** Default: what `login-pace.ts` allows. */
  readonly throttle?: LoginThrottle
}

/** What the parts of the IAM share. */
export interface IamParts extends Omit<IamDeps, 'permissions' | 'passwords' | 'throttle'> {
  readonly passwords: Passwords
  readonly catalogue: PermissionCatalogue
}

/** The fields of every event that a principal brought about. */
export function actor({ id, tenant }: Pick<Principal, 'id' | 'tenant'>): { user: string; tenant?: string } {
  return { user: id, ...(tenant === undefined ? {} : { tenant }) }
}

/** Throws `not-found` for undefined: what does not exist and what the caller must not see look the same. */
export function found<T>(
  thing: T | undefined,
  what: 'user' | 'tenant' | 'role' | 'permission' | 'token' | 'client' | 'grant',
  field = 'id',
): T {
  if (thing !== undefined) return thing
  throw new HubError('not-found', `No ${what} found`, { faults: [{ field, message: `There is no such ${what}` }] })
}
