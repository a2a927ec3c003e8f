import type { Scope } from './postgres.ts'
import { type Principal, seesEverything } from './principal.ts'

/** What a principal's transactions may see: every tenant's rows, its own tenant's, or none. The one place where this is decided. */
export function scopeOf(principal: Principal): Scope {
  if (seesEverything(principal)) return 'everything'
  return principal.tenant === undefined ? 'nothing' : { tenant: principal.tenant }
}
