import { fieldError, HubError } from '#lib/errors'
import type { Scope, Tx } from '#lib/postgres'
import type { Permission, Principal } from '#lib/principal'
import { scopeOf } from '#lib/scope'
import { actingNow } from '../acting.ts'
import { seeingAll } from '../as-system.ts'
import { actor, found, type IamParts } from '../deps.ts'
import { checkPassword } from '../login/password-policy.ts'
import { checkGrant } from '../permission/grant.ts'
import { catalogueOf } from '../permission/permission-store.ts'
import { everywhereOf, permissions as iamPermissions } from '../permissions.ts'
import { findRolesById } from '../role/role-store.ts'
import { tenantNamesOf } from '../tenant/membership-store.ts'
import { withdrawTokens } from '../token/withdraw-token.ts'
import { isViolation } from '../violation.ts'
import { demandAuthority } from './authority.ts'
import type { User } from './user.ts'
import { type ChangedUser, changeUser, type UserChange } from './user-change.ts'
import { findUserById, hasOtherAdmin, lockUser, updateRights, updateUser } from './user-store.ts'
import { checkedUsername } from './username.ts'

/** What a caller asks for; absent = stays. */
export interface UserRequest extends Omit<UserChange, 'passwordHash' | 'roles'> {
  readonly password?: string
  /** Ids. */
  readonly roles?: readonly string[]
}

type Parts = Pick<IamParts, 'db' | 'bus' | 'clock' | 'passwords' | 'catalogue'>

/**
 * Changes a user as far as the principal may: the account itself, and what the user may do in the tenant as which the principal sees
 * it. A new password ends the logins of the user, but for the one by which it was set. Resolves to the user afterwards.
 */
export async function modifyUser(parts: Parts, principal: Principal, id: string, request: UserRequest): Promise<User> {
  const { password, ...rest } = request
  const target = { scope: scopeOf(principal), id, permission: iamPermissions.memberUpdate }
  const name = rest.username === undefined ? {} : { username: checkedUsername(rest.username) }
  // Once before the hash, which is work, and again with it: what is done must be right at the moment it is done.
  const context = await parts.db.transaction(target.scope, async (tx) => {
    const { user } = await permitted(parts, tx, principal, target, request)
    return { username: name.username ?? user.username, tenants: await tenantNamesOf(tx, user.id) }
  })
  if (password !== undefined) await checkPassword(password, context)
  const secret = password === undefined ? {} : { passwordHash: await parts.passwords.hash(password) }
  try {
    return await modify(parts, principal, target, { ...rest, ...name, ...secret })
  } catch (error) {
    throw isViolation(error, 'user_username') ? taken() : error
  }
}

/**
 * Changes what a user may do as seen in a scope, as far as the principal may. `before` is done in the same transaction, ahead of all else.
 * Resolves to the user afterwards.
 */
export async function modifyRights(
  parts: Omit<Parts, 'passwords'>,
  principal: Principal,
  target: Target,
  { roles, permissions }: Rights,
  before?: Before,
): Promise<User> {
  return modify(parts, principal, target, { ...(roles && { roles }), ...(permissions && { permissions }) }, before)
}

interface Target {
  readonly scope: Scope
  readonly id: string
  /** What the principal must have for it, still when it is done. */
  readonly permission: Permission
}

type Rights = Pick<UserRequest, 'roles' | 'permissions'>
type Before = (tx: Tx, current: Principal) => Promise<void>
type Checked = Omit<UserRequest, 'password'> & Pick<UserChange, 'passwordHash'>

function modify(
  parts: Omit<Parts, 'passwords'>,
  principal: Principal,
  { scope, id, permission }: Target,
  { roles, permissions, ...account }: Checked,
  before?: Before,
): Promise<User> {
  return parts.db.transaction(scope, async (tx) => {
    await lockUser(tx, id)
    const current = await actingNow(parts, tx, principal, permission)
    await before?.(tx, current)
    const rights = { ...(roles && { roles }), ...(permissions && { permissions }) }
    const { user, granted } = await permitted(parts, tx, current, { scope, id }, rights)
    const change = { ...account, ...granted }
    const after = changeUser(user, change, parts.clock())
    if (after.changed.length > 0) await store(parts, tx, current, { scope, before: user, after, change })
    return after.user
  })
}

/** The user as it is and the rights asked for, each where it belongs; throws when the principal must not change it so. */
async function permitted(
  parts: Pick<IamParts, 'catalogue'>,
  tx: Tx,
  principal: Principal,
  { scope, id }: Pick<Target, 'scope' | 'id'>,
  { roles: roleIds, permissions }: Rights,
): Promise<{ user: User; granted: Pick<UserChange, 'roles' | 'permissions' | 'everywhere'> }> {
  const user = found(await findUserById(tx, id), 'user')
  if (user.kind !== 'user') throw notAPerson()
  const catalogue = await catalogueOf(tx, parts.catalogue)
  demandAuthority(principal, catalogue, user)
  const roles = roleIds && (await findRolesById(tx, roleIds))
  const has = new Set(user.roles.map((role) => role.id))
  // What the user has already need not be given again, and so need not be one's to give.
  checkGrant(principal, catalogue, {
    tenantId: user.tenantId,
    roleIds: (roleIds ?? []).filter((roleId) => !has.has(roleId.toLowerCase())),
    roles: roles ?? [],
    permissions: (permissions ?? []).filter((permission) => !user.permissions.includes(permission)),
  })
  const given = permissions && {
    permissions,
    everywhere: everywhereOf(catalogue, permissions, user.tenantId),
  }
  if (scope === 'everything') return { user, granted: { ...(roles && { roles }), ...given } }
  return { user, granted: withinTenant(user, { ...(roles && { roles }), ...given }) }
}

type Granted = Pick<UserChange, 'roles' | 'permissions' | 'everywhere'>

/** As seen in a tenant: what is in force everywhere stays as it is, and nothing is added to it. */
function withinTenant(user: User, { roles, permissions, everywhere = [] }: Granted): Granted {
  const kept = user.roles.filter(({ platform }) => platform)
  const role = roles?.findIndex(({ id, platform }) => platform && !kept.some((one) => one.id === id)) ?? -1
  if (role >= 0) throw beyondTenant(`roles[${role}]`)
  const permission =
    permissions?.findIndex((name) => everywhere.includes(name) && !user.everywhere.includes(name)) ?? -1
  if (permission >= 0) throw beyondTenant(`permissions[${permission}]`)
  return {
    ...(roles && { roles: [...kept, ...roles.filter(({ platform }) => !platform)] }),
    ...(permissions && {
      permissions: [...new Set([...user.everywhere, ...permissions])],
      everywhere: user.everywhere,
    }),
  }
}

function beyondTenant(field: string): HubError {
  return fieldError('invalid-body', field, 'must be in force within the tenant alone')
}

/** A service looks like nobody: it is no user that anybody changes. */
export function notAPerson(): HubError {
  return new HubError('not-found', 'No user found', { faults: [{ field: 'id', message: 'There is no such user' }] })
}

async function store(
  { bus }: Pick<Parts, 'bus'>,
  tx: Tx,
  principal: Principal,
  { scope, before, after, change }: { scope: Scope; before: User; after: ChangedUser; change: UserChange },
): Promise<void> {
  const { user, changed } = after
  const rights = changed.filter((field) => field === 'roles' || field === 'permissions')
  if (changed.length > rights.length && !(await updateUser(tx, user, change.passwordHash))) throw notOwn()
  if (rights.length > 0) await updateRights(tx, user, scope)
  if (isAdmin(before) && !isAdmin(user)) await demandOtherAdmin(tx, user.id)
  if (changed.includes('password')) {
    const filter = { userId: user.id, except: principal.tokenId }
    const told = { by: principal, reason: 'revoked' } as const
    await withdrawTokens({ bus }, tx, { ...filter, ofLogin: true }, told)
    // Whoever has lost the account may have left a token behind.
    if (principal.id !== user.id) await withdrawTokens({ bus }, tx, { ...filter, madeBy: user.id }, told)
  }
  const payload = { ...actor(principal), id: user.id, changed: [...changed], before: after.before, after: after.after }
  await bus.publish(tx, { name: 'iam.user.modified', payload })
  if (rights.length === 0 || user.tenantId === undefined) return
  const roles = user.roles.filter(({ platform }) => !platform).map((role) => role.id)
  const assigned = { ...actor(principal), id: user.id, tenantId: user.tenantId, roles }
  await bus.publish(tx, { name: 'iam.user.assignedToTenant', payload: assigned })
}

/** Throws `conflict` unless somebody else may do everything: a hub without an administrator cannot be helped from within. */
export async function demandOtherAdmin(tx: Tx, id: string): Promise<void> {
  if (await seeingAll(tx, () => hasOtherAdmin(tx, id))) return
  throw new HubError('conflict', 'Cannot take the rights of the last administrator: make another one first')
}

/** Whether the user may do everything at this moment. */
export function isAdmin({ status, everywhere, roles }: User): boolean {
  const holdsAll = everywhere.includes('all') || roles.some((role) => role.platform && role.permissions.includes('all'))
  return status === 'ACTIVE' && holdsAll
}

function notOwn(): HubError {
  const message = 'Cannot change this account as it belongs to others too: only what it may do in your tenant is yours'
  return new HubError('forbidden', message)
}

/** The refusal of a name that another user has. */
export function taken(): HubError {
  return fieldError('conflict', 'username', 'must be a name that no other user has')
}
