import { HubError } from '#lib/errors'
import type { Tx } from '#lib/postgres'
import { asSystem } from '../as-system.ts'
import type { IamParts } from '../deps.ts'
import type { FailedLogin } from './login-failure-store.ts'
import { createPlaces, keysOf } from './login-pace.ts'
import { countTry, deletePlaces, deleteRested, isKnownPlace, rememberPlace, uncountTry } from './login-pace-store.ts'

/** Bounds how fast passwords can be guessed. */
export interface LoginThrottle {
  /** Counts a try before its password is looked at. Throws `too-many-requests` where it comes too early. */
  enter(who: FailedLogin, address: string): Promise<LoginTry>
  /** Forgets what is over, up to `most` of each. Resolves to the larger of the two numbers. */
  settle(most: number): Promise<number>
}

/** A try that was let in. */
export interface LoginTry {
  /** The password was right: with the commit of what it is good for, the try no longer counts and its place is known. */
  succeed(tx: Tx): void
  /** The password was not looked at: the try does not count. Never rejects: there is another reason to tell. */
  takeBack(): Promise<void>
}

/** Stands for a user whom there is not, so that looking for the place takes the same. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

/** How long a place is known after the last login from there. */
const PLACE_MS = 30 * 86_400_000

/**
 * Each try counts before its hash, so that parallel ones cannot slip through together, and is taken back where the password is right.
 * The counts are rows: they hold for all processes, and over a restart.
 */
export function createLoginThrottle({
  db,
  clock,
  masterKey,
  logger,
}: Pick<IamParts, 'db' | 'clock' | 'masterKey' | 'logger'>): LoginThrottle {
  const placeOf = createPlaces(masterKey)
  const longAgo = () => new Date(clock().getTime() - PLACE_MS)
  return {
    async enter({ subject, userId, tenantId }, address) {
      const place = placeOf(address)
      const keys = await asSystem(db, async (tx) => {
        const isKnown = await isKnownPlace(tx, userId ?? NOBODY, place, longAgo())
        const tried = keysOf({ subject, tenantId, address: place, isKnownPlace: isKnown })
        const waitMs = await countTry(tx, tried, clock())
        // Thrown inside, so that nothing is counted: a try that is not let in must not make the wait longer.
        if (waitMs > 0) throw tooEarly(waitMs)
        return tried
      })
      return {
        succeed(tx) {
          uncountTry(tx, keys)
          if (userId !== undefined) rememberPlace(tx, userId, place, clock())
        },
        takeBack: () =>
          asSystem(db, async (tx) => uncountTry(tx, keys)).catch((err: unknown) =>
            logger.warn({ err }, 'A login could not be taken back from its count'),
          ),
      }
    },
    settle: (most) =>
      asSystem(db, async (tx) =>
        Math.max(await deleteRested(tx, clock(), most), await deletePlaces(tx, longAgo(), most)),
      ),
  }
}

function tooEarly(waitMs: number): HubError {
  return new HubError('too-many-requests', 'Too many logins have failed: wait before the next one', {
    retryAfter: Math.ceil(waitMs / 1000),
  })
}
