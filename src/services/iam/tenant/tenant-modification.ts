import { HubError } from '#lib/errors'
import { type Principal, seesEverything } from '#lib/principal'
import { actingNow } from '../acting.ts'
import { actor, found, type IamParts } from '../deps.ts'
import { permissions } from '../permissions.ts'
import type { Tenant } from './tenant.ts'
import { scopeOfTenant } from './tenant-scope.ts'
import { lockTenant, updateTenant } from './tenant-store.ts'

/** What a caller asks for; absent = stays. */
export type TenantChange = Partial<Pick<Tenant, 'name' | 'status' | 'confirmed'>>

const fields = ['name', 'status', 'confirmed'] as const

/** Changes a tenant as far as the principal may, and tells of it. Resolves to the tenant afterwards. */
export async function modifyTenant(
  { db, bus, clock }: Pick<IamParts, 'db' | 'bus' | 'clock'>,
  principal: Principal,
  id: string,
  change: TenantChange,
): Promise<Tenant> {
  return db.transaction(scopeOfTenant(principal, id), async (tx) => {
    const current = await actingNow({ clock }, tx, principal, permissions.profileUpdate)
    const before = found(await lockTenant(tx, id), 'tenant')
    const after: Tenant = { ...before, ...change, changedAt: clock() }
    const changed = fields.filter((field) => before[field] !== after[field])
    if (changed.length === 0) return before
    if (changed.some((field) => field !== 'name')) demandStanding(current)
    await updateTenant(tx, after)
    const tell = (tenant: Tenant) => Object.fromEntries(changed.map((field) => [field, tenant[field]]))
    const payload = { ...actor(principal), id: after.id, changed, before: tell(before), after: tell(after) }
    await bus.publish(tx, { name: 'iam.tenant.modified', payload })
    return after
  })
}

/** Whether a tenant may act at all is not its own to say: it could shut out the administrators of the hub who belong to it. */
function demandStanding(principal: Principal): void {
  if (seesEverything(principal)) return
  throw new HubError(
    'forbidden',
    'Cannot change status or confirmation of a tenant as that takes an administrator of the hub',
  )
}
