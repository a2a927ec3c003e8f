import { HubError } from '#lib/errors'
import type { Tx } from '#lib/postgres'
import { type Principal, seesEverything } from '#lib/principal'
import { actingNow } from '../acting.ts'
import { asSystem } from '../as-system.ts'
import { actor, type IamParts } from '../deps.ts'
import { catalogueOf } from '../permission/permission-store.ts'
import { permissions } from '../permissions.ts'
import { isViolation } from '../violation.ts'
import { demandImportable, normaliseFile } from './file-faults.ts'
import { findHubRoles, findTaken, insertFile } from './import-store.ts'
import type { TenantFile } from './tenant-file.ts'

/** Unique constraints of what a file brings, which somebody else may fill at the same moment. */
const KEYS = ['tenant_pkey', 'role_pkey', 'user_pkey', 'user_username', 'role_name']

/**
 * Makes of a file a tenant that was not here, with all that is in it under the ids that it had, or with one fault nothing at all; the error
 * names every fault. With `dryRun` it looks and changes nothing.
 */
export async function importTenant(
  parts: Pick<IamParts, 'db' | 'bus' | 'clock' | 'catalogue'>,
  principal: Principal,
  given: TenantFile,
  { dryRun }: { readonly dryRun: boolean },
): Promise<TenantFile> {
  const file = normaliseFile(given)
  try {
    await asSystem(parts.db, async (tx) => {
      const current = await actingNow(parts, tx, principal, permissions.tenantImport)
      const catalogue = await catalogueOf(tx, parts.catalogue)
      const [taken, hubRoles] = [await findTaken(tx, file), await findHubRoles(tx)]
      // Who sees everything may bring back what was deleted: what other services still have of it is open to them as it is.
      const departed = seesEverything(current) ? new Set<string>() : taken.departed
      demandImportable(file, { taken: { ...taken, departed }, catalogue, hubRoles })
      if (dryRun) return
      await insertFile(tx, file, parts.clock())
      await tell(parts, tx, principal, file)
    })
  } catch (error) {
    if (KEYS.some((key) => isViolation(error, key))) {
      throw new HubError('conflict', 'Cannot import the tenant as some of it was created meanwhile: look again', {
        cause: error,
      })
    }
    throw error
  }
  return file
}

async function tell(
  { bus }: Pick<IamParts, 'bus'>,
  tx: Tx,
  principal: Principal,
  { tenant, roles, users }: TenantFile,
): Promise<void> {
  const [by, tenantId] = [actor(principal), tenant.id]
  const { name, status } = tenant
  await bus.publish(tx, { name: 'iam.tenant.created', payload: { ...by, id: tenantId, name, status } })
  await bus.publishAll(
    tx,
    roles.map((role) => {
      const { id, name: roleName, permissions: gives } = role
      return { name: 'iam.role.created', payload: { ...by, id, name: roleName, tenantId, permissions: gives } } as const
    }),
  )
  const events = users.flatMap((user) => {
    const { id, username, firstname, lastname, status: userStatus, roles: roleIds, permissions: given } = user
    const names = { ...(firstname && { firstname }), ...(lastname && { lastname }) }
    const payload = { ...by, id, username, ...names, status: userStatus, tenantId, roles: roleIds, permissions: given }
    return [
      { name: 'iam.user.created', payload } as const,
      { name: 'iam.user.assignedToTenant', payload: { ...by, id, tenantId, roles: roleIds } } as const,
    ]
  })
  await bus.publishAll(tx, events)
}
