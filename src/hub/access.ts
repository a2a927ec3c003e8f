import type { Payloads } from '#catalogue'
import type { ServiceBus } from '#event-bus'
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
  const listening = bus.listen(CHANGES_OF_RIGHTS, () => cache.clear())
  const cache = createPrincipalCache({ lookup, freshness: () => listening.freshness(), clock: Date.now })
  return { principals: cache.resolve }
}

/** A token that is good for some time. */
export interface IssuedToken {
  readonly token: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

/** Half a token's life is enough to get the next one, however busy IAM is. */
export function renewed(issue: () => Promise<IssuedToken>, now: () => number = Date.now): () => Promise<string> {
  let current: Promise<IssuedToken> | undefined
  let renewAt = 0
  return async () => {
    if (current === undefined || now() >= renewAt) {
      const asked = issue()
      current = asked
      const begun = now()
      renewAt = Number.POSITIVE_INFINITY
      try {
        renewAt = begun + ((await asked).expiresAt - begun) / 2
      } catch (error) {
        current = undefined
        throw error
      }
    }
    return (await current).token
  }
}

/** A client for one service of this process, which acts by its own token. */
export function clientFor(transport: Transport, token: () => Promise<string>): ServiceClient {
  return createServiceClient({ transport, token, insideTransaction })
}
