import type { Payloads } from '#catalogue'
import type { AnyEvent, ServiceBus } from '#event-bus'
import { insideTransaction } from '#lib/postgres'
import { createPrincipalCache, type TokenLookup } from '#lib/principal'
import { createServiceClient, type ServiceClient, type Transport } from '#lib/service-client'

/** Who may do what in this process, and how it calls services. */
export interface Access {
  readonly principals: TokenLookup
}

/** Events that can give or take a right. Logins, above all failed ones, cannot: anyone may cause those, and would empty the cache. */
const CHANGES_OF_RIGHTS = [
  'iam.user.modified',
  'iam.user.deleted',
  'iam.user.assignedToTenant',
  'iam.user.removedFromTenant',
  'iam.tenant.modified',
  'iam.tenant.deleted',
  'iam.role.#',
  'iam.permission.#',
  'iam.token.modified',
  'iam.token.deleted',
]

/**
 * Verified tokens are kept while this process knows that it has heard every change of rights of the last second; each drops them all.
 * So a revocation is in force everywhere within a second, whatever breaks.
 */
export function createAccess(bus: Pick<ServiceBus<Payloads>, 'listen'>, lookup: TokenLookup): Access {
  const listening = bus.listen(CHANGES_OF_RIGHTS, (event) => {
    if (!isProlonged(event as AnyEvent<Payloads>)) cache.clear()
  })
  const cache = createPrincipalCache({ lookup, freshness: () => listening.freshness(), clock: Date.now })
  return { principals: cache.resolve }
}

/** A token that lives on takes nothing from anybody, and those of runs do all the time. Its other values end when they would have. */
function isProlonged(event: AnyEvent<Payloads>): boolean {
  if (event.name !== 'iam.token.modified') return false
  const { before, after } = event.payload
  return Date.parse(after?.expiresAt ?? '') > Date.parse(before?.expiresAt ?? '')
}

/** A client for one service of this process, which acts by its own token. */
export function clientFor(transport: Transport, token: () => Promise<string>): ServiceClient {
  return createServiceClient({ transport, token, insideTransaction })
}
