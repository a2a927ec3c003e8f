import type { Tx } from '#lib/postgres'
import { type Principal, seesEverything } from '#lib/principal'
import { scopeOf } from '#lib/scope'
import { actor, found, type IamParts } from './deps.ts'
import type { Tenant } from './tenant.ts'
import { lockTenant, updateTenant } from './tenant-store.ts'

/** What a caller asks for; absent = stays. */
export type TenantChange = Partial<Pick<Tenant, 'name' | 'status' | 'confirmed'>>

const fields = ['name', 'status', 'confirmed'] as const
const told = ['name', 'status'] as const

/** Changes a tenant as far as the principal may, and tells of it. Resolves to the tenant afterwards. */
export async function modifyTenant(
  { db, bus, clock }: Pick<IamParts, 'db' | 'bus' | 'clock'>,
  principal: Principal,
  id: string,
  change: TenantChange,
): Promise<Tenant> {
  return db.transaction(scopeOf(principal), async (tx) => {
    const before = await lockedTenant(tx, principal, id)
    const after: Tenant = { ...before, ...change, changedAt: clock() }
    const changed = fields.filter((field) => before[field] !== after[field])
    if (changed.length === 0) return before
    await updateTenant(tx, after)
    const tell = (tenant: Tenant) =>
      Object.fromEntries(told.filter((field) => changed.includes(field)).map((field) => [field, tenant[field]]))
    const payload = { ...actor(principal), id: after.id, changed, before: tell(before), after: tell(after) }
    await bus.publish(tx, { name: 'iam.tenant.modified', payload })
    return after
  })
}

/** For whoever acts in a tenant the id in the path means that tenant or none. */
async function lockedTenant(tx: Tx, principal: Principal, id: string): Promise<Tenant> {
  const isOwn = id.toLowerCase() === principal.tenant
  return found(isOwn || seesEverything(principal) ? await lockTenant(tx, id) : undefined, 'tenant')
}
