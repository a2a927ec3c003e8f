import { fieldError, HubError } from '#lib/errors'
import { can, type Principal, seesEverything } from '#lib/principal'
import type { PermissionCatalogue } from '../permissions.ts'
import type { Role } from '../role/role.ts'

/** What a new user is to get. */
export interface Grant {
  readonly tenantId: string | undefined
  /** What was asked for, in the caller's spelling. */
  readonly roleIds: readonly string[]
  /** Those of them that the caller may see. */
  readonly roles: readonly Role[]
  readonly permissions: readonly string[]
}

/**
 * The tenant in which the principal creates a user: its own, whatever it asks for; whoever sees everything chooses, or chooses none.
 * Throws `forbidden` for another tenant, whether that exists or not.
 */
export function tenantToCreateIn(principal: Principal, wanted: string | undefined): string | undefined {
  const tenant = wanted?.toLowerCase()
  if (seesEverything(principal)) return tenant
  if (principal.tenant !== undefined && (tenant ?? principal.tenant) === principal.tenant) return principal.tenant
  throw new HubError('forbidden', 'Cannot create the user as it must be in a tenant of yours')
}

/**
 * Throws unless the principal may give all of it. Whoever sees everything gives what exists and fits; anyone else gives roles of the
 * own tenant and permissions within it, and nothing that it does not have itself. A role that does not exist and one of another
 * tenant look the same.
 */
export function checkGrant(principal: Principal, catalogue: PermissionCatalogue, grant: Grant): void {
  if (seesEverything(principal)) checkSound(catalogue, grant)
  else checkOwn(principal, catalogue, grant)
}

function checkSound(catalogue: PermissionCatalogue, { tenantId, roleIds, roles, permissions }: Grant): void {
  const known = new Map(roles.map((role) => [role.id, role]))
  for (const [index, id] of roleIds.entries()) {
    const role = known.get(id.toLowerCase())
    const field = `roles[${index}]`
    if (!role) throw fieldError('not-found', field, 'must be an existing role')
    if (role.platform) continue
    if (tenantId === undefined)
      throw fieldError('invalid-body', field, 'must be a role of the platform for a user without tenant')
    if (role.tenantId !== undefined && role.tenantId !== tenantId) {
      throw fieldError('invalid-body', field, 'must be a role of the hub or of the tenant of the user')
    }
  }
  for (const [index, name] of permissions.entries()) {
    if (!catalogue.find(name)) throw fieldError('invalid-body', `permissions[${index}]`, 'must be a known permission')
  }
}

function checkOwn(principal: Principal, catalogue: PermissionCatalogue, { roleIds, roles, permissions }: Grant): void {
  const own = new Map(roles.filter(({ tenantId }) => tenantId === principal.tenant).map((role) => [role.id, role]))
  for (const [index, id] of roleIds.entries()) {
    const role = own.get(id.toLowerCase())
    if (!role || !givable(principal, catalogue, role.permissions)) {
      throw fieldError(
        'forbidden',
        `roles[${index}]`,
        'must be a role of your tenant that gives nothing you do not have',
      )
    }
  }
  for (const [index, name] of permissions.entries()) {
    if (!givable(principal, catalogue, [name])) {
      throw fieldError(
        'forbidden',
        `permissions[${index}]`,
        'must be a permission within the tenant that you have yourself',
      )
    }
  }
}

/** Whether these are all permissions within a tenant that the principal has itself. */
export function givable(principal: Principal, catalogue: PermissionCatalogue, names: readonly string[]): boolean {
  return names.every((name) => {
    const permission = catalogue.find(name)
    return permission?.scope === 'tenant' && can(principal, permission)
  })
}

/**
 * The role of someone for whom no roles were named: the plain user's, unless it gives more than the creator has. One who belongs to
 * no tenant gets none.
 */
export function defaultRoles(
  principal: Principal,
  catalogue: PermissionCatalogue,
  tenantId: string | undefined,
  plain: Role | undefined,
): readonly Role[] {
  if (tenantId === undefined || plain === undefined) return []
  return seesEverything(principal) || givable(principal, catalogue, plain.permissions) ? [plain] : []
}
