import type { Scope } from './postgres.ts'
import { type Principal, seesEverything } from './principal.ts'

/**
 * What a principal's transactions may see: every tenant's rows, its own tenant's, or none. The one place where this is decided. A
 * service without a tenant works for all of them; what it may do there is a matter of its permissions.
 */
export function scopeOf(principal: Principal): Scope {
  if (seesEverything(principal)) return 'everything'
  if (principal.tenant !== undefined) return { tenant: principal.tenant }
  return principal.kind === 'service' ? 'everything' : 'nothing'
}
