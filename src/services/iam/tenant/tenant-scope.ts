import type { Scope } from '#lib/postgres'
import { type Principal, seesEverything } from '#lib/principal'
import { found } from '../deps.ts'

/** A transaction of that one tenant, also for those who see all; throws `not-found` for a tenant that is not the principal's to see. */
export function scopeOfTenant(principal: Principal, id: string): Scope & { readonly tenant: string } {
  const tenant = id.toLowerCase()
  return { tenant: found(tenant === principal.tenant || seesEverything(principal) ? tenant : undefined, 'tenant') }
}
