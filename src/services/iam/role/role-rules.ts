import { fieldError, HubError } from '#lib/errors'
import { type Principal, seesEverything } from '#lib/principal'
import { givable } from '../permission/grant.ts'
import type { PermissionCatalogue } from '../permissions.ts'
import type { Role } from './role.ts'

/** Names that existing clients take for roles of the hub, in whichever case. */
const RESERVED = /^(admin|user|service_account|tenant_.*)$/i

/** Throws `forbidden` for a name that is kept for roles of the hub. */
export function checkRoleName(name: string): void {
  if (!RESERVED.test(name)) return
  throw fieldError('forbidden', 'name', 'must not be one that is kept for roles of the hub')
}

/**
 * Throws `forbidden` unless the principal may let a role give these: permissions within a tenant that exist and that, short of
 * administrators of the hub, it has itself. Nobody widens a role that it holds.
 */
export function checkRolePermissions(
  principal: Principal,
  catalogue: PermissionCatalogue,
  names: readonly string[],
): void {
  for (const [index, name] of names.entries()) {
    if (catalogue.find(name)?.scope !== 'tenant') {
      throw fieldError('forbidden', `permissions[${index}]`, 'must be a known permission within a tenant')
    }
    if (!seesEverything(principal) && !givable(principal, catalogue, [name])) {
      throw fieldError('forbidden', `permissions[${index}]`, 'must be a permission that you have yourself')
    }
  }
}

/**
 * Throws `forbidden` for a role that gives what the principal has not: whoever takes rights from others comes to stand above them, and could
 * then change their accounts.
 */
export function demandRoleAuthority(principal: Principal, catalogue: PermissionCatalogue, role: Role): void {
  if (seesEverything(principal) || givable(principal, catalogue, role.permissions)) return
  throw new HubError('forbidden', 'Cannot change this role as it gives more than you have')
}

/** Throws `forbidden` for a role of the hub: all tenants rely on these. */
export function demandOwnRole(role: Role): void {
  if (role.tenantId !== undefined) return
  throw new HubError('forbidden', 'Cannot change this role as it is one of the hub')
}

/** The refusal of a name that another role of the tenant has. */
export function roleTaken(): HubError {
  return fieldError('conflict', 'name', 'must be a name that no other role of the tenant has')
}
