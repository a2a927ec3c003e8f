import type { Permission } from '#lib/principal'
import type { PermissionCatalogue } from '../permissions.ts'
import type { Role } from '../role/role.ts'
import type { User } from '../user/user.ts'

/** One way by which somebody has a permission. */
export interface Reason {
  /** By a role, directly everywhere, directly as a member of the tenant, or by the token alone. */
  readonly through: 'role' | 'account' | 'membership' | 'token'
  readonly role?: { readonly id: string; readonly name: string }
  /** Where it is in force; absent = everywhere. */
  readonly tenant?: string
  /** The permission that is given, which may comprise the one that is explained. */
  readonly by: string
}

/** A permission, and by which ways a user has it. */
export interface ExplainedPermission extends Permission {
  /** Empty: the user does not have it. */
  readonly reasons: readonly Reason[]
}

/**
 * Every permission of the catalogue, and what the user holds beside, in the order of their names, each with all ways by which a user has it
 * who acts in the tenant as which it was read. Says the same as `can` of a token that is limited by nothing. `ofToken`: all that a token
 * allows, for the ways by which the account does not have it.
 */
export function explainPermissions(
  user: User,
  catalogue: PermissionCatalogue,
  ofToken: Iterable<string> = [],
): ExplainedPermission[] {
  const held = grantsOf(user)
  const names = new Set(held.map(({ by }) => by))
  const beside = [...ofToken].filter((name) => !names.has(name)).map((by): Reason => ({ through: 'token', by }))
  const grants = [...held, ...beside]
  const foreign = grants.map(({ by }) => by).filter((name) => catalogue.find(name) === undefined)
  const unknown = [...new Set(foreign)].map((name): Permission => ({ name, scope: 'platform', description: '' }))
  return [...catalogue.all, ...unknown]
    .map((permission) => ({ ...permission, reasons: grants.filter(({ by }) => comprises(user, by, permission)) }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

/** In one sentence: "through role TENANT_ADMIN in tenant …, which gives tenant.all". */
export function reasonText({ through, role, tenant, by }: Reason, name: string): string {
  const place = tenant === undefined ? 'everywhere' : `in tenant ${tenant}`
  if (through === 'token') return by === name ? 'by the token' : `by the token, which gives ${by}`
  const way = through === 'role' && role ? `through role ${role.name} ${place}` : `directly, ${place}`
  return by === name ? way : `${way}, which gives ${by}`
}

function grantsOf(user: User): Reason[] {
  const inTenant = user.tenantId === undefined ? {} : { tenant: user.tenantId }
  const everywhere = new Set(user.everywhere)
  const own = [...new Set(user.permissions)].map((by): Reason => {
    return everywhere.has(by) ? { through: 'account', by } : { through: 'membership', ...inTenant, by }
  })
  return [...own, ...user.roles.flatMap((role) => grantsOfRole(role, inTenant))]
}

function grantsOfRole({ id, name, platform, permissions }: Role, inTenant: { tenant?: string }): Reason[] {
  const place = platform ? {} : inTenant
  return permissions.map((by) => ({ through: 'role', role: { id, name }, ...place, by }))
}

function comprises({ tenantId }: User, given: string, { name, scope }: Permission): boolean {
  if (given === 'all' || given === name) return true
  return given === 'tenant.all' && scope === 'tenant' && tenantId !== undefined
}
