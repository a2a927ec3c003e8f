import { HubError } from '#lib/errors'
import type { Tx } from '#lib/postgres'
import { can, demand, type Principal, seesEverything } from '#lib/principal'
import { scopeOf } from '#lib/scope'
import { principalNow } from '../acting.ts'
import { asSystem } from '../as-system.ts'
import { found, type IamParts } from '../deps.ts'
import { catalogueOf } from '../permission/permission-store.ts'
import { permissions } from '../permissions.ts'
import { demandAuthority } from '../user/authority.ts'
import { findUserById } from '../user/user-store.ts'
import { findTokenAccount } from './principal-store.ts'
import { findToken, type KeptToken, listTokens, type TokenQuery } from './token-store.ts'
import { withdrawTokens } from './withdraw-token.ts'

type Parts = Pick<IamParts, 'db' | 'bus' | 'clock' | 'catalogue'>

/** Whether the principal acts by a login: then everything that its user may do is within its reach. */
export async function isLogin(tx: Tx, { tokenId }: Principal, now: Date): Promise<boolean> {
  return (await findTokenAccount(tx, tokenId, now))?.token.type === 'SELF'
}

/** Throws `forbidden` unless the principal acts by a login: no token, however it came about, changes the account that it stands for. */
export async function demandLogin({ clock }: Pick<IamParts, 'clock'>, tx: Tx, principal: Principal): Promise<void> {
  if (await isLogin(tx, principal, clock())) return
  throw new HubError('forbidden', 'Cannot change your own account as you must have logged in for it')
}

/**
 * Tokens that the principal may see: its user's own, whichever tenant they act in; with `tenant.tokens.read` those that act in its tenant.
 * Without a user asked for, administrators of the hub see all, others their own. Throws `forbidden` for another's without the permission.
 */
export async function listVisibleTokens(
  { db, clock }: Parts,
  principal: Principal,
  query: TokenQuery,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ items: KeptToken[]; total: number }> {
  const userId = query.userId?.toLowerCase() ?? (seesEverything(principal) ? undefined : principal.id)
  const isOwn = userId === principal.id
  if (!isOwn) demand(principal, permissions.tokensRead)
  return seeing(db, principal, isOwn, (tx) => listTokens(tx, { ...query, userId }, page, clock()))
}

/** One's own tokens are not bound to the tenant that one acts in at the moment; those of others are. */
function seeing<T>(db: Parts['db'], principal: Principal, isOwn: boolean, work: (tx: Tx) => Promise<T>): Promise<T> {
  return isOwn ? asSystem(db, work) : db.transaction(scopeOf(principal), work)
}

/** One of those; throws `not-found` for any other. */
export async function findVisibleToken({ db, clock }: Parts, principal: Principal, id: string): Promise<KeptToken> {
  const own = await seeing(db, principal, true, (tx) => findToken(tx, id, clock()))
  if (own?.userId === principal.id) return own
  const token = await seeing(db, principal, false, (tx) => findToken(tx, id, clock()))
  return found(token && mayRead(principal, token) ? token : undefined, 'token')
}

/**
 * Withdraws a token: the one by which the principal acts, with a login any of its user's, with `tenant.tokens.delete` or
 * `iam.token.delete` those of others that it sees, unless they may do more. Throws `not-found` for one that it may not see.
 */
export async function withdrawVisibleToken(parts: Parts, principal: Principal, id: string): Promise<void> {
  const { userId } = await findVisibleToken(parts, principal, id)
  await seeing(parts.db, principal, userId === principal.id, async (tx) => {
    const now = parts.clock()
    const current = await principalNow(parts, tx, principal)
    const token = found(await findToken(tx, id, now, { forUpdate: true }), 'token')
    const mayDelete = [permissions.tokensDelete, permissions.tokenDelete].some((each) =>
      can(current, each, { tenant: token.tenantId }),
    )
    if (token.userId === current.id) {
      if (current.tokenId !== token.id && !mayDelete && !(await isLogin(tx, current, now))) throw notLoggedIn()
    } else {
      if (!mayDelete) demand(current, permissions.tokensDelete)
      const user = found(await findUserById(tx, token.userId), 'token')
      demandAuthority(current, await catalogueOf(tx, parts.catalogue), user)
    }
    await withdrawTokens(parts, tx, { id: token.id }, { by: current, reason: 'revoked' })
  })
}

function mayRead(principal: Principal, { tenantId: tenant }: KeptToken): boolean {
  return [permissions.tokensRead, permissions.tokensDelete, permissions.tokenDelete].some((each) =>
    can(principal, each, { tenant }),
  )
}

function notLoggedIn(): HubError {
  return new HubError('forbidden', 'Cannot withdraw another token of yours as you must have logged in for it')
}
