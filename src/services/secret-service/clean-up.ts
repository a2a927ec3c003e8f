import { isConnectionError } from '#lib/postgres'
import { createTicker, type Ticker } from '#lib/ticker'
import type { SecretParts } from './deps.ts'
import { deleteOldFlows } from './oauth/auth-flow.ts'
import { deleteOldValues } from './secret/secret-store.ts'
import { warnOfEnds } from './secret/warning.ts'

type Parts = Pick<SecretParts, 'db' | 'bus' | 'clock' | 'logger'>

/** Rows in one transaction: few enough to be over soon. */
const BATCH = 200
const EVERY_MS = 10_000

/** Deletes replaced values and authorizations whose time is over and warns of secrets that are over soon, batch by batch. Several processes may do so side by side. */
export async function cleanUp(parts: Omit<Parts, 'logger'>): Promise<void> {
  const { db, clock } = parts
  while ((await db.transaction('everything', (tx) => deleteOldValues(tx, clock(), BATCH))) === BATCH);
  while ((await db.transaction('everything', (tx) => deleteOldFlows(tx, clock(), BATCH))) === BATCH);
  while ((await db.transaction('everything', (tx) => warnOfEnds(parts, tx, BATCH))) === BATCH);
}

/** Does so as long as the service runs. */
export function createCleaner(parts: Parts): Ticker {
  return createTicker({
    everyMs: EVERY_MS,
    tick: () =>
      cleanUp(parts).catch((error: unknown) => {
        // A database that is away is told of by whoever is asked for something.
        if (!isConnectionError(error)) parts.logger.error({ err: error }, 'Clean-up of secrets failed')
      }),
  })
}
