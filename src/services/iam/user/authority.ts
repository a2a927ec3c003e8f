import { HubError } from '#lib/errors'
import { type Principal, seesEverything } from '#lib/principal'
import { givable } from '../permission/grant.ts'
import type { PermissionCatalogue } from '../permissions.ts'
import type { User } from './user.ts'

/**
 * Throws `forbidden` unless the principal may change what the user is or may do: nobody changes an account that may do more than the
 * principal, as a new password would give that away. What the user may do beyond the tenant the database looks after.
 */
export function demandAuthority(principal: Principal, catalogue: PermissionCatalogue, user: User): void {
  if (seesEverything(principal)) return
  const held = [...new Set([...user.permissions, ...user.roles.flatMap(({ permissions }) => permissions)])]
  // One's own account too: a token of narrow scope must not set the password by which one gets a wider one.
  if (principal.id === user.id && held.every((name) => principal.permissions.has(name))) return
  if (givable(principal, catalogue, held)) return
  throw new HubError('forbidden', 'Cannot change this user as it may do more than you')
}
