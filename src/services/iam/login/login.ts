import { HubError } from '#lib/errors'
import { newId } from '#lib/id'
import { asSystem, lookingAsSystem } from '../as-system.ts'
import type { IamParts } from '../deps.ts'
import type { IssuedToken } from '../token/token.ts'
import { issueToken } from '../token/token-issue.ts'
import { withdrawOldestLogins } from '../token/withdraw-token.ts'
import { normaliseUsername, usernameHash } from '../user/username.ts'
import { isReferenceGone } from '../violation.ts'
import { guardedTry, type LoginGuards } from './guarded-try.ts'
import { findLoginAccount, type LoginAccount, lockLoginAccount, replacePasswordHash } from './login-account-store.ts'
import type { LoginTry } from './login-throttle.ts'

/** What someone typed, and where from. */
export interface LoginAttempt {
  readonly username: string
  readonly password: string
  /** The network address of the client. */
  readonly address: string
}

/** Gives a token for the right password; throws `login-failed` otherwise. */
export type Login = (attempt: LoginAttempt) => Promise<IssuedToken>

type LoginParts = Pick<IamParts, 'db' | 'bus' | 'clock' | 'passwords' | 'masterKey' | 'config' | 'logger'>

/**
 * Every refusal looks the same from outside and takes the same: one look-up, one count, one hash, one row of failures, whether the user
 * is unknown, the password wrong, or the user or its tenant not active.
 */
export function createLogin(parts: LoginParts, guards: LoginGuards): Login {
  const { db, passwords, masterKey } = parts
  return async ({ username, password, address }) => {
    const name = normaliseUsername(username)
    const account = await findLoginAccount(lookingAsSystem(db), name)
    const who = {
      subject: account?.id ?? usernameHash(masterKey.derive('iam/username-hash'), name),
      userId: account?.id,
      tenantId: account?.tenantId,
    }
    const issued = await guardedTry(guards, who, address, async (attempt) => {
      const fits = await passwords.verify(password, account?.passwordHash)
      return account?.active && fits ? issueLogin(parts, account, attempt) : undefined
    })
    if (issued && account) await renewHash(parts, account, password)
    if (issued) return issued
    throw new HubError('login-failed', 'The username or the password is wrong, or the user must not log in')
  }
}

/** A hash that was brought along gets the costs of all others, once it is known to be the password's. The login does not hang on it. */
async function renewHash({ db, passwords, logger }: LoginParts, { id, passwordHash }: LoginAccount, password: string) {
  if (passwordHash === undefined || passwords.isCurrent(passwordHash)) return
  try {
    const hash = await passwords.hash(password)
    await asSystem(db, (tx) => replacePasswordHash(tx, id, { from: passwordHash, to: hash }))
  } catch (err) {
    logger.warn({ err }, 'A password hash could not be written anew')
  }
}

/** Undefined when the user was disabled, deleted, taken out of the tenant, or got another password, while this one was checked. */
function issueLogin({ db, bus, clock, config }: LoginParts, account: LoginAccount, attempt: Pick<LoginTry, 'succeed'>) {
  const createdAt = clock()
  const expiresAt = new Date(createdAt.getTime() + config.loginTokenHours * 3_600_000)
  const { id: userId, actsIn: tenantId } = account
  const token = { id: newId(), userId, tenantId, type: 'SELF', permissions: [], expiresAt, createdAt } as const
  return asSystem(db, async (tx) => {
    if (!(await lockLoginAccount(tx, account))) return undefined
    const by = { id: userId, ...(tenantId === undefined ? {} : { tenant: tenantId }) }
    await withdrawOldestLogins({ bus }, tx, by)
    attempt.succeed(tx)
    return issueToken({ bus }, tx, token, by)
  }).catch((error: unknown) => {
    if (isReferenceGone(error)) return undefined
    throw error
  })
}
