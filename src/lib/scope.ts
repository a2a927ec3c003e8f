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

/** The tenant of a scope, to be named in queries that are to use an index; undefined where the scope is not one tenant's. */
export function tenantOf(scope: Scope): string | undefined {
  return typeof scope === 'string' ? undefined : scope.tenant
}
