import { HubError } from '#lib/errors'
import type { Tx } from '#lib/postgres'
import { can, type Principal, seesEverything } from '#lib/principal'
import { principalNow } from '../acting.ts'
import { asSystem } from '../as-system.ts'
import { actor, found, type IamParts } from '../deps.ts'
import { catalogueOf } from '../permission/permission-store.ts'
import { permissions } from '../permissions.ts'
import type { IssuedToken } from './token.ts'
import { isLogin } from './token-access.ts'
import { issueValue } from './token-issue.ts'
import { endTokenValues, findToken, type KeptToken, updateTokenExpiry } from './token-store.ts'

/** So many values a token has at most: whoever asks for one again and again is to rotate them. */
const MOST_VALUES = 100
/** A token that is refreshed ends in any case so long after it was made; a person logs in again (ASVS 5, V7.3.2). */
const LONGEST_MS = 30 * 86_400_000

/** A value to be given, and from when on who has it. */
export interface GivenValue {
  readonly token: KeptToken
  /** When the token ends from now on; the older values end when they would have ended. */
  readonly expiresAt: Date | undefined
  readonly by: Principal
}

/** Gives one more value of a token, which is locked, and tells of it. Throws `conflict` where there are too many. */
export async function giveValue(
  parts: Pick<IamParts, 'bus' | 'clock'>,
  tx: Tx,
  { token, expiresAt, by }: GivenValue,
): Promise<IssuedToken<Date | undefined>> {
  if (token.values >= MOST_VALUES) {
    const reason = `a token must not have more than ${MOST_VALUES} values: rotate it, so that older ones end`
    throw new HubError('conflict', `Cannot give another value as ${reason}`)
  }
  if (token.expiresAt) await endTokenValues(tx, token.id, token.expiresAt)
  await updateTokenExpiry(tx, token.id, expiresAt)
  const text = issueValue(tx, { id: token.id, createdAt: parts.clock() })
  await tellOfChange(parts, tx, { token, expiresAt, by }, ['value'])
  return { token: text, id: token.id, expiresAt }
}

/**
 * Gives a token a new value and lets the older ones end after the overlap, in seconds. A token may be rotated by itself, by a login of
 * its user unless somebody else gave it permissions of its own, and by who made it and still may. Others find none. Throws `forbidden` for
 * tokens of logins and of runs, and to a value that was replaced.
 */
export async function rotateToken(
  parts: Pick<IamParts, 'db' | 'bus' | 'clock' | 'catalogue'>,
  principal: Principal,
  { id, overlap }: { id: string; overlap: number },
): Promise<IssuedToken<Date | undefined>> {
  return asSystem(parts.db, async (tx) => {
    const now = parts.clock()
    const by = await principalNow(parts, tx, principal)
    const token = found(await findToken(tx, id, now, { forUpdate: true }), 'token')
    const isMakers = token.madeBy === by.id && (await mayStillMake(parts, tx, by, token))
    // Whoever comes by an account, as by a new password, does not come by what others let it do besides.
    const isOwners = token.permissions.length === 0 || token.madeBy === by.id
    const isOwn = token.userId === by.id && isOwners && (await isLogin(tx, by, now))
    found(by.tokenId === token.id || isOwn || isMakers ? token : undefined, 'token')
    if (token.type === 'SELF' || token.type === 'DELEGATE') {
      throw new HubError('forbidden', 'Cannot rotate this token as only one that was made can be')
    }
    demandPresentValue(principal)
    await endTokenValues(tx, token.id, new Date(now.getTime() + overlap * 1000))
    return giveValue(parts, tx, { token, expiresAt: token.expiresAt, by })
  })
}

/** Whoever has found an old value must not put the owner of the present one out with it. */
function demandPresentValue({ isReplaced }: Principal): void {
  if (isReplaced)
    throw new HubError('forbidden', 'Cannot do this by a value of the token that was replaced: use the present one')
}

/** Whether who made a token could make it today: whoever has lost some of what it allows gets no new value of it. */
async function mayStillMake(
  parts: Pick<IamParts, 'catalogue'>,
  tx: Tx,
  by: Principal,
  { tenantId, scope, permissions: own }: KeptToken,
): Promise<boolean> {
  if (!can(by, permissions.tokenCreate, { tenant: tenantId })) return false
  if (seesEverything(by) || scope === undefined) return seesEverything(by)
  const catalogue = await catalogueOf(tx, parts.catalogue)
  return [...scope, ...own].every((name) => {
    const permission = catalogue.find(name)
    return permission !== undefined && can(by, permission)
  })
}

/**
 * Lets the token by which the principal acts live as long again as it was given, up to 30 days after it was made. One that has nearly
 * all of its time left stays as it is, so that whoever asks with every call changes nothing. Resolves to when it ends.
 */
export async function refreshToken(
  parts: Pick<IamParts, 'db' | 'bus' | 'clock' | 'config'>,
  principal: Principal,
): Promise<{ readonly id: string; readonly expiresAt: Date | undefined }> {
  return asSystem(parts.db, async (tx) => {
    const now = parts.clock()
    const by = await principalNow(parts, tx, principal)
    const token = found(await findToken(tx, by.tokenId, now, { forUpdate: true }), 'token')
    if (token.type === 'DELEGATE') throw new HubError('forbidden', 'Cannot refresh the token of a run')
    demandPresentValue(principal)
    const { id, expiresAt } = token
    if (expiresAt === undefined) return { id, expiresAt }
    const lifespan = (token.lifespan ?? parts.config.loginTokenHours * 3600) * 1000
    const latest = Math.min(now.getTime() + lifespan, token.createdAt.getTime() + LONGEST_MS)
    if (latest - expiresAt.getTime() < lifespan / 10) return { id, expiresAt }
    const later = new Date(latest)
    await updateTokenExpiry(tx, id, later)
    await tellOfChange(parts, tx, { token, expiresAt: later, by }, [])
    return { id, expiresAt: later }
  })
}

async function tellOfChange(
  { bus }: Pick<IamParts, 'bus'>,
  tx: Tx,
  { token, expiresAt, by }: GivenValue,
  others: readonly string[],
): Promise<void> {
  const isMoved = token.expiresAt?.getTime() !== expiresAt?.getTime()
  const ends = (at: Date | undefined) => (at && isMoved ? { expiresAt: at.toISOString() } : {})
  await bus.publish(tx, {
    name: 'iam.token.modified',
    payload: {
      ...actor(by),
      id: token.id,
      accountId: token.userId,
      changed: [...others, ...(isMoved ? ['expiresAt'] : [])],
      before: ends(token.expiresAt),
      after: ends(expiresAt),
    },
  })
}
