import { HubError } from '#lib/errors'
import type { Scope, Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { scopeOf } from '#lib/scope'
import { demandAuthority } from './authority.ts'
import { actor, found, type IamParts } from './deps.ts'
import { checkGrant } from './grant.ts'
import { catalogueOf } from './permission-store.ts'
import type { PermissionCatalogue } from './permissions.ts'
import type { Role } from './role.ts'
import { findRolesById } from './role-store.ts'
import type { User } from './user.ts'
import { type ChangedUser, changeUser, type UserChange } from './user-change.ts'
import { findUserById, hasOtherAdmin, lockUser, updateRights, updateUser } from './user-store.ts'
import { checkedUsername } from './username.ts'
import { isViolation } from './violation.ts'
import { withdrawTokens } from './withdraw-token.ts'

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
  const target = { scope: scopeOf(principal), id }
  const name = rest.username === undefined ? {} : { username: checkedUsername(rest.username) }
  // Once before the hash, which is work, and again with it: what is done must be right at the moment it is done.
  await parts.db.transaction(target.scope, (tx) => permitted(parts, tx, principal, id, request))
  const secret = password === undefined ? {} : { passwordHash: await parts.passwords.hash(password) }
  try {
    return await modify(parts, principal, target, { ...rest, ...name, ...secret })
  } catch (error) {
    throw isViolation(error, 'user_username') ? taken() : error
  }
}

/** Changes what a user may do as seen in a scope, as far as the principal may. Resolves to the user afterwards. */
export async function modifyRights(
  parts: Omit<Parts, 'passwords'>,
  principal: Principal,
  target: Target,
  { roles, permissions }: Pick<UserRequest, 'roles' | 'permissions'>,
): Promise<User> {
  return modify(parts, principal, target, { ...(roles && { roles }), ...(permissions && { permissions }) })
}

interface Target {
  readonly scope: Scope
  readonly id: string
}

type Checked = Omit<UserRequest, 'password'> & Pick<UserChange, 'passwordHash'>

function modify(
  parts: Omit<Parts, 'passwords'>,
  principal: Principal,
  { scope, id }: Target,
  { roles: roleIds, ...fields }: Checked,
): Promise<User> {
  return parts.db.transaction(scope, async (tx) => {
    await lockUser(tx, id)
    const { permissions } = fields
    const asked = { ...(roleIds && { roles: roleIds }), ...(permissions && { permissions }) }
    const { user: before, roles } = await permitted(parts, tx, principal, id, asked)
    const change: UserChange = {
      ...fields,
      ...(roles && { roles: scope === 'everything' ? roles : withinTenant(before, roles) }),
    }
    const after = changeUser(before, change, parts.clock())
    if (after.changed.length > 0) await store(parts, tx, principal, { before, after, change })
    return after.user
  })
}

/** A tenant neither gives nor takes roles of the platform. */
function withinTenant(user: User, roles: readonly Role[]): readonly Role[] {
  const kept = user.roles.filter(({ platform }) => platform)
  const isNew = ({ id, platform }: Role) => platform && !kept.some((role) => role.id === id)
  const index = roles.findIndex(isNew)
  if (index < 0) return [...kept, ...roles.filter(({ platform }) => !platform)]
  const message = `Field "roles[${index}]" must be a role within the tenant`
  throw new HubError('invalid-body', message, { faults: [{ field: `roles[${index}]`, message }] })
}

/** The user as it is and the roles asked for; throws when the principal must not change it so. */
async function permitted(
  parts: Pick<IamParts, 'catalogue'>,
  tx: Tx,
  principal: Principal,
  id: string,
  request: Pick<UserRequest, 'roles' | 'permissions'>,
): Promise<{ user: User; roles: readonly Role[] | undefined }> {
  const user = found(await findUserById(tx, id), 'user')
  if (user.kind !== 'user') found<User>(undefined, 'user')
  const catalogue = await catalogueOf(tx, parts.catalogue)
  demandAuthority(principal, catalogue, user)
  return { user, roles: await grantedRoles(tx, principal, catalogue, user, request) }
}

/** What the user has already need not be given again, and so need not be one's to give. */
async function grantedRoles(
  tx: Tx,
  principal: Principal,
  catalogue: PermissionCatalogue,
  user: User,
  { roles: roleIds, permissions = [] }: Pick<UserRequest, 'roles' | 'permissions'>,
): Promise<readonly Role[] | undefined> {
  const roles = roleIds && (await findRolesById(tx, roleIds))
  const has = new Set(user.roles.map((role) => role.id))
  checkGrant(principal, catalogue, {
    tenantId: user.tenantId,
    roleIds: (roleIds ?? []).filter((roleId) => !has.has(roleId.toLowerCase())),
    roles: roles ?? [],
    permissions: permissions.filter((permission) => !user.permissions.includes(permission)),
  })
  return roles
}

async function store(
  { bus }: Pick<Parts, 'bus'>,
  tx: Tx,
  principal: Principal,
  { before, after, change }: { before: User; after: ChangedUser; change: UserChange },
): Promise<void> {
  const { user, changed } = after
  const rights = changed.filter((field) => field === 'roles' || field === 'permissions')
  if (changed.length > rights.length && !(await updateUser(tx, user, change.passwordHash))) throw notOwn()
  if (rights.length > 0) await updateRights(tx, user)
  if (holdsAll(before) && !(holdsAll(user) && user.status === 'ACTIVE')) await demandOtherAdmin(tx, user.id)
  if (changed.includes('password')) {
    const filter = { userId: user.id, ofLogin: true, except: principal.tokenId }
    await withdrawTokens({ bus }, tx, filter, { by: principal, reason: 'revoked' })
  }
  const payload = { ...actor(principal), id: user.id, changed: [...changed], before: after.before, after: after.after }
  await bus.publish(tx, { name: 'iam.user.modified', payload })
  if (!changed.includes('roles') || user.tenantId === undefined) return
  const roles = user.roles.map((role) => role.id)
  const assigned = { ...actor(principal), id: user.id, tenantId: user.tenantId, roles }
  await bus.publish(tx, { name: 'iam.user.assignedToTenant', payload: assigned })
}

/** Throws `conflict` unless somebody else may do everything: a hub without an administrator cannot be helped from within. */
export async function demandOtherAdmin(tx: Tx, id: string): Promise<void> {
  if (await hasOtherAdmin(tx, id)) return
  throw new HubError('conflict', 'Cannot take the rights of the last administrator: make another one first')
}

/** Whether the user may do everything, as long as it is ACTIVE. */
export function holdsAll({ permissions, roles }: User): boolean {
  return permissions.includes('all') || roles.some((role) => role.platform && role.permissions.includes('all'))
}

function notOwn(): HubError {
  const message = 'Cannot change this account as it belongs to others too: only what it may do in your tenant is yours'
  return new HubError('forbidden', message)
}

/** The refusal of a name that another user has. */
export function taken(): HubError {
  const message = 'Field "username" must be a name that no other user has'
  return new HubError('conflict', message, { faults: [{ field: 'username', message }] })
}
