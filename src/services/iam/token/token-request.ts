import { fieldError, HubError } from '#lib/errors'
import { newId } from '#lib/id'
import type { Tx } from '#lib/postgres'
import { can, demand, type Permission, type Principal, seesEverything } from '#lib/principal'
import { principalNow } from '../acting.ts'
import { asSystem } from '../as-system.ts'
import { found, type IamParts } from '../deps.ts'
import { catalogueOf } from '../permission/permission-store.ts'
import { type PermissionCatalogue, permissions } from '../permissions.ts'
import { listMemberships } from '../tenant/membership-store.ts'
import type { User } from '../user/user.ts'
import { findUserById, lockUser } from '../user/user-store.ts'
import { findTokenAccount } from './principal-store.ts'
import type { IssuedToken, Token } from './token.ts'
import { issueToken } from './token-issue.ts'
import { giveValue } from './token-renewal.ts'
import { countMadeTokens, findSameToken } from './token-store.ts'

/** So many tokens an account has at most, beside its logins: whatever makes them in a loop is noticed. */
const MOST_TOKENS = 500

/** What a caller asks for. */
export interface TokenRequest {
  /** Default: the caller's own account. */
  readonly accountId?: string | undefined
  /** The tenant to act in; default the caller's, for others the one that the account acts in by default. */
  readonly tenant?: string | undefined
  /** Seconds; undefined = until it is withdrawn. */
  readonly lifespan: number | undefined
  readonly inquirer?: string | undefined
  readonly description?: string | undefined
  /** Exactly what the token allows, whatever the account may do. */
  readonly customPermissions?: readonly string[] | undefined
  /** What it allows at most of what the account may do. */
  readonly scope?: readonly string[] | undefined
  /** Another one even if there is one like it. */
  readonly isNew: boolean
}

type Parts = Pick<IamParts, 'db' | 'bus' | 'clock' | 'catalogue'>

/**
 * Makes a token, or gives a further value of one that is the same in all that was asked for: the older values stay valid for as long as
 * they would have. Whoever has logged in makes any of the own account. With `iam.token.create` others make them too, and for other accounts;
 * then the token allows nothing that whoever asks may not do there, so that no token makes a wider one. Throws `forbidden`, `not-found` for an account that
 * is not to be seen or not ACTIVE, `conflict` when there are too many.
 */
export async function requestToken(
  parts: Parts,
  principal: Principal,
  request: TokenRequest,
): Promise<IssuedToken<Date | undefined>> {
  const userId = (request.accountId ?? principal.id).toLowerCase()
  return asSystem(parts.db, async (tx) => {
    await lockUser(tx, userId)
    const current = await principalNow(parts, tx, principal)
    const isLogin = await hasLoggedIn(parts, tx, current)
    if (!isLogin || current.id !== userId) demandRight(current, userId)
    const account = await accountOf(tx, current, userId)
    const tenantId = await tenantToActIn(tx, current, account, request.tenant)
    const catalogue = await catalogueOf(tx, parts.catalogue)
    const isFree = seesEverything(current) || (isLogin && current.id === userId)
    const allowed = allowedBy({ current, catalogue, tenantId, isFree }, request)
    const createdAt = parts.clock()
    const { lifespan, description, inquirer } = request
    const token = {
      id: newId(),
      userId,
      tenantId,
      type: lifespan === undefined ? 'PERSISTENT' : 'EPHEMERAL_SERVICE_ACCOUNT',
      ...allowed,
      expiresAt: lifespan === undefined ? undefined : new Date(createdAt.getTime() + lifespan * 1000),
      createdAt,
      description,
      inquirer,
      madeBy: current.id,
      lifespan,
    } as const satisfies Token
    const same = request.isNew ? undefined : await findSameToken(tx, token, createdAt)
    if (same) return giveValue(parts, tx, { token: same, expiresAt: token.expiresAt, by: current })
    await demandRoom(tx, userId, createdAt)
    return issueToken(parts, tx, token, current)
  })
}

async function hasLoggedIn({ clock }: Parts, tx: Tx, { tokenId }: Principal): Promise<boolean> {
  return (await findTokenAccount(tx, tokenId, clock()))?.token.type === 'SELF'
}

function demandRight(current: Principal, userId: string): void {
  if (can(current, permissions.tokenCreate)) return
  if (current.id !== userId) demand(current, permissions.tokenCreate)
  throw new HubError('forbidden', 'Cannot make a token of your own as you must have logged in for it')
}

/** Whether there is no tenant whose members are out of reach: a person without tenant who is no administrator is of no tenant. */
function reachesAllTenants(current: Principal): boolean {
  return seesEverything(current) || (current.tenant === undefined && current.kind === 'service')
}

/** Whoever acts in a tenant finds its members only, but for administrators of the hub. */
async function accountOf(tx: Tx, current: Principal, userId: string): Promise<User> {
  const account = found(await findUserById(tx, userId), 'user', 'accountId')
  const isService = account.kind === 'service'
  const memberships = await listMemberships(tx, userId)
  const isMember = reachesAllTenants(current) || memberships.some(({ tenantId }) => tenantId === current.tenant)
  const isSeen = seesEverything(current) || userId === current.id || (isMember && !isService)
  return found(isSeen && account.status === 'ACTIVE' ? account : undefined, 'user', 'accountId')
}

async function tenantToActIn(
  tx: Tx,
  current: Principal,
  account: User,
  wanted: string | undefined,
): Promise<string | undefined> {
  const isOthers = current.id !== account.id
  const byDefault = isOthers && reachesAllTenants(current) ? account.tenantId : current.tenant
  const tenantId = wanted?.toLowerCase() ?? byDefault
  if (tenantId === undefined) return undefined
  const memberships = await listMemberships(tx, account.id)
  const isOpen = memberships.some((one) => one.tenantId === tenantId && one.status === 'ACTIVE')
  const isReach = !isOthers || reachesAllTenants(current) || tenantId === current.tenant
  return found(isOpen && isReach ? tenantId : undefined, 'tenant', 'tenant')
}

interface Allowing {
  readonly current: Principal
  readonly catalogue: PermissionCatalogue
  /** The one in which the token is to act. */
  readonly tenantId: string | undefined
  /** Whether the token may do all that its account may. */
  readonly isFree: boolean
}

/** What the token is to allow: its own permissions, or a scope. */
function allowedBy(
  { isFree, ...by }: Allowing,
  { customPermissions, scope }: TokenRequest,
): Pick<Token, 'permissions' | 'scope'> {
  if (customPermissions) {
    demand(by.current, permissions.tokenUpdate)
    demandHeld(by, customPermissions, 'customPermissions')
    return { permissions: [...new Set(customPermissions)], scope: [] }
  }
  if (isFree) {
    for (const [index, name] of (scope ?? []).entries()) knownPermission(by.catalogue, name, `scope[${index}]`)
    return { permissions: [], scope: scope && [...new Set(scope)] }
  }
  if (scope) demandHeld(by, scope, 'scope')
  return { permissions: [], scope: scope ? [...new Set(scope)] : heldBy(by) }
}

type Holder = Omit<Allowing, 'isFree'>

/** What is within a tenant must be held in the tenant in which the token is to act. */
function holds({ current, tenantId: tenant }: Holder, permission: Permission): boolean {
  return can(current, permission, permission.scope === 'tenant' && tenant !== undefined ? { tenant } : undefined)
}

function heldBy(by: Holder): string[] {
  return [...by.current.permissions].filter((name) => {
    const permission = by.catalogue.find(name)
    return permission !== undefined && holds(by, permission)
  })
}

function demandHeld(by: Holder, names: readonly string[], field: string): void {
  for (const [index, name] of names.entries()) {
    if (holds(by, knownPermission(by.catalogue, name, `${field}[${index}]`))) continue
    throw fieldError('forbidden', `${field}[${index}]`, 'must be a permission that you have')
  }
}

/** The permission of that name; throws `invalid-body`, naming the field, where there is none. */
export function knownPermission(catalogue: PermissionCatalogue, name: string, field: string) {
  const permission = catalogue.find(name)
  if (permission) return permission
  throw fieldError('invalid-body', field, 'must be a known permission')
}

async function demandRoom(tx: Tx, userId: string, now: Date): Promise<void> {
  if ((await countMadeTokens(tx, userId, now)) < MOST_TOKENS) return
  throw new HubError('conflict', `Cannot make another token as an account must not have more than ${MOST_TOKENS}`)
}
