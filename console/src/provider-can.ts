import type { ProviderType } from './api/provider-queries.ts'
import type { Owner, SecretType } from './api/secret-queries.ts'
import { type Actor, allOf, type Leave, no, yes } from './leave.ts'
import { isShared, mayChange, ownershipOf } from './secret-can.ts'

interface Provider {
  readonly type: ProviderType
  readonly owners: readonly Owner[]
}

/** Whether users connect by it, by consenting there. */
export function isConsented({ type }: Pick<Provider, 'type'>): boolean {
  return type === 'OA2_AUTHORIZATION_CODE'
}

/** Whether secrets for it are made by a form, and the hub signs in by itself. */
export function isFilledIn(type: ProviderType | SecretType): type is 'OA2_CLIENT_CREDENTIALS' | 'SESSION_AUTH' {
  return type === 'OA2_CLIENT_CREDENTIALS' || type === 'SESSION_AUTH'
}

/** The one table of what somebody who is signed in may do with a provider that is shown. */
export const providerCan = {
  create: (me: Actor): Leave => (me.tenant ? yes : no('You act in no tenant')),
  /** `callback` is where the provider leads users back to; `origin` where the console is open: the browser that comes back must be the same. */
  connect: (me: Actor, provider: Provider, { callback, origin }: { callback: unknown; origin: string }): Leave => {
    const wanted = URL.parse(String(callback))?.origin
    return allOf(
      ownershipOf(me, provider) ? yes : no('Only its owners may'),
      wanted === origin ? yes : no(`Users are led back to ${wanted}: open the console there`),
    )
  },
  createSecret: (me: Actor, provider: Provider): Leave => (ownershipOf(me, provider) ? yes : no('Only its owners may')),
  change: (me: Actor, provider: Provider): Leave => mayChange(me, provider, 'secrets.authClient.readRaw'),
  share: (me: Actor, provider: Provider): Leave =>
    allOf(providerCan.change(me, provider), isShared(provider) ? no('The tenant owns it already') : yes),
}
