import { HubError } from '#lib/errors'
import { asSystem } from '../as-system.ts'
import type { IamParts } from '../deps.ts'
import { createPlaces, type Pace } from '../login/login-pace.ts'
import { countTry } from '../login/login-pace-store.ts'

/** An office signs in at nine o'clock; nobody does so five times a second for long. */
const PACE: Pace = { burst: 300, everyMs: 200 }

/**
 * Counts the beginning of a sign-in from an address, which keeps a row for half an hour whoever asks for it. Throws `too-many-requests` where
 * there are too many.
 */
export function createSignInPace({ db, clock, masterKey }: Pick<IamParts, 'db' | 'clock' | 'masterKey'>) {
  const placeOf = createPlaces(masterKey)
  return (address: string): Promise<void> =>
    asSystem(db, async (tx) => {
      const waitMs = await countTry(tx, [{ key: `sign-in ${placeOf(address)}`, ...PACE }], clock())
      if (waitMs === 0) return
      // Thrown inside, so that nothing is counted.
      const retryAfter = Math.ceil(waitMs / 1000)
      throw new HubError('too-many-requests', 'Too many sign-ins are begun from this address: wait', { retryAfter })
    })
}
