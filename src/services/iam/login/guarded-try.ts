import { HubError } from '#lib/errors'
import type { FailedLogin } from './login-failure-store.ts'
import type { LoginFailures } from './login-failures.ts'
import type { LoginThrottle, LoginTry } from './login-throttle.ts'

/** What stands around the check of a password. */
export interface LoginGuards {
  readonly failures: Pick<LoginFailures, 'record'>
  readonly throttle: Pick<LoginThrottle, 'enter'>
}

/**
 * Lets `look` look at a password once, as far as the throttle allows. For the right one it lets the try succeed, and gives what the password
 * is good for; undefined for a wrong one: that is recorded, and stays counted. Throws `too-many-requests` where the try comes too early,
 * and whatever `look` throws; then nobody has learnt whether the password is right, and the try does not count.
 */
export async function guardedTry<T>(
  { failures, throttle }: LoginGuards,
  who: FailedLogin,
  address: string,
  look: (attempt: Pick<LoginTry, 'succeed'>) => Promise<T | undefined>,
): Promise<T | undefined> {
  const attempt = await throttle.enter(who, address).catch(async (refusal: unknown) => {
    if (refusal instanceof HubError) await failures.record(who, address)
    throw refusal
  })
  let gained: T | undefined
  try {
    gained = await look(attempt)
  } catch (error) {
    await attempt.takeBack()
    throw error
  }
  if (gained === undefined) await failures.record(who, address)
  return gained
}
