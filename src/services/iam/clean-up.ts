import { isConnectionError } from '#lib/postgres'
import { createTicker, type Ticker } from '#lib/ticker'
import { asSystem } from './as-system.ts'
import type { IamParts } from './deps.ts'
import type { LoginFailures } from './login/login-failures.ts'
import type { LoginThrottle } from './login/login-throttle.ts'
import { deleteExpiredArtifacts } from './openid/artifact-store.ts'
import { deleteOldKeys } from './openid/signing-keys.ts'
import { deleteExpiredTokens, deleteExpiredValues } from './token/token-store.ts'

/** Rows in one transaction: few enough to be over soon. */
const BATCH = 500
/** Held-back failures are told of at most this long after their minute. */
const EVERY_MS = 10_000

/** What holds counts of logins that come to an end. */
export interface Settling {
  readonly failures: Pick<LoginFailures, 'settle'>
  readonly throttle: Pick<LoginThrottle, 'settle'>
}

/** Deletes what the time is over of, tokens and all that the OpenID provider keeps, and settles failed logins, batch by batch. Several processes may do so side by side. */
export async function cleanUp(
  { db, bus, clock }: Pick<IamParts, 'db' | 'bus' | 'clock'>,
  { failures, throttle }: Settling,
): Promise<void> {
  while ((await deleteTokens()) === BATCH);
  while ((await asSystem(db, (tx) => deleteExpiredValues(tx, clock(), BATCH))) === BATCH);
  while ((await failures.settle(BATCH)) === BATCH);
  while ((await throttle.settle(BATCH)) === BATCH);
  while ((await asSystem(db, (tx) => deleteExpiredArtifacts(tx, clock(), BATCH))) === BATCH);
  while ((await asSystem(db, (tx) => deleteOldKeys({ bus, clock }, tx, BATCH))) === BATCH);

  function deleteTokens(): Promise<number> {
    return asSystem(db, async (tx) => {
      const expired = await deleteExpiredTokens(tx, clock(), BATCH)
      const events = expired.map(({ id, userId, tenantId }) => ({
        name: 'iam.token.deleted' as const,
        payload: {
          ...(tenantId === undefined ? {} : { tenant: tenantId }),
          id,
          accountId: userId,
          reason: 'expired' as const,
        },
      }))
      await bus.publishAll(tx, events)
      return expired.length
    })
  }
}

/** Does so as long as the service runs. */
export function createCleaner(parts: Pick<IamParts, 'db' | 'bus' | 'clock' | 'logger'>, settling: Settling): Ticker {
  return createTicker({
    everyMs: EVERY_MS,
    tick: () =>
      cleanUp(parts, settling).catch((error: unknown) => {
        // A database that is away is told of by whoever is asked for something.
        if (!isConnectionError(error)) parts.logger.error({ err: error }, 'Clean-up of tokens and failed logins failed')
      }),
  })
}
