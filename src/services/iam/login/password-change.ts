import { fieldError, HubError } from '#lib/errors'
import type { Principal } from '#lib/principal'
import { principalNow } from '../acting.ts'
import { asSystem } from '../as-system.ts'
import { actor, found, type IamParts } from '../deps.ts'
import { listMemberships } from '../tenant/membership-store.ts'
import { demandLogin } from '../token/token-access.ts'
import { withdrawTokens } from '../token/withdraw-token.ts'
import { changeUser } from '../user/user-change.ts'
import { findUserById, lockUser, updateUser } from '../user/user-store.ts'
import { guardedTry, type LoginGuards } from './guarded-try.ts'
import { findPasswordHash } from './login-account-store.ts'
import { checkPassword } from './password-policy.ts'

/** Both as the user typed them, and where from. */
export interface PasswordChange {
  readonly currentPassword: string
  readonly newPassword: string
  /** Whether the tokens that the user has made end too. */
  readonly endTokens: boolean
  /** The network address of the client. */
  readonly address: string
}

/**
 * Gives somebody another password of their own, who has logged in and knows the present one: a token alone does not do, as it may be stolen.
 * A wrong one is held against the account as a failed login is, in the same counts, and is `forbidden`. All other logins of the user end.
 */
export async function changeOwnPassword(
  parts: Pick<IamParts, 'db' | 'bus' | 'clock' | 'passwords'>,
  guards: LoginGuards,
  principal: Principal,
  { currentPassword, newPassword, endTokens, address }: PasswordChange,
): Promise<void> {
  const { db, passwords } = parts
  const { user, hash, tenants } = await asSystem(db, async (tx) => {
    await demandLogin(parts, tx, principal)
    return {
      user: found(await findUserById(tx, principal.id), 'user'),
      hash: await findPasswordHash(tx, principal.id),
      tenants: (await listMemberships(tx, principal.id)).map(({ name }) => name),
    }
  })
  // A service has none.
  if (hash === undefined) throw new HubError('forbidden', 'Cannot change the password as this account has none')
  await checkPassword(newPassword, { username: user.username, tenants, field: 'newPassword' })
  const who = { subject: user.id, userId: user.id, tenantId: user.tenantId }
  const isRight = await guardedTry(guards, who, address, async (attempt) => {
    if (!(await passwords.verify(currentPassword, hash))) return undefined
    await asSystem(db, async (tx) => attempt.succeed(tx))
    return true
  })
  if (!isRight) throw wrong()
  await setOwnPassword(parts, principal, { hash, newHash: await passwords.hash(newPassword), endTokens })
}

async function setOwnPassword(
  { db, bus, clock }: Pick<IamParts, 'db' | 'bus' | 'clock'>,
  principal: Principal,
  { hash, newHash, endTokens }: { readonly hash: string; readonly newHash: string; readonly endTokens: boolean },
): Promise<void> {
  const { id } = principal
  await asSystem(db, async (tx) => {
    await lockUser(tx, id)
    await principalNow({ clock }, tx, principal)
    // Of two changes at once the later one no longer knows the present password.
    if ((await findPasswordHash(tx, id)) !== hash) throw wrong()
    const { user, changed } = changeUser(found(await findUserById(tx, id), 'user'), { passwordHash: newHash }, clock())
    await updateUser(tx, user, newHash)
    const others = { userId: id, ofLogin: true, except: principal.tokenId }
    await withdrawTokens({ bus }, tx, others, { by: principal, reason: 'revoked' })
    if (endTokens) await withdrawTokens({ bus }, tx, { userId: id, madeBy: id }, { by: principal, reason: 'revoked' })
    const payload = { ...actor(principal), id, changed: [...changed], before: {}, after: {} }
    await bus.publish(tx, { name: 'iam.user.modified', payload })
  })
}

function wrong(): HubError {
  return fieldError('forbidden', 'currentPassword', 'must be the present password')
}
