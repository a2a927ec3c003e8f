import type { Payloads } from '#catalogue'
import { asSystem } from '../as-system.ts'
import type { IamParts } from '../deps.ts'
import { countFailure, type FailureCount, WINDOW_MS } from './failure-count.ts'
import { deleteFailuresSince, type FailedLogin, lockFailures, updateFailures } from './login-failure-store.ts'

type LoginFailed = Payloads['iam.user.loginFailed']

/** Tells of refused logins, without letting a flood of them flood the log. */
export interface LoginFailures {
  /** Counts one and publishes what is due. `address` is the client's, told for known users only. */
  record(failed: FailedLogin, address: string): Promise<void>
  /** Publishes what the windows that have ended hold back, and forgets them: up to `most`. Resolves to how many there were. */
  settle(most: number): Promise<number>
}

/**
 * The counts are rows, locked while they change: parallel attempts on any number of processes add up, and what is held back survives
 * a crash, as the row that counts a failure is committed before the caller gets its answer. A row per failing name and minute is
 * cheap beside the hash of the password that each attempt costs.
 */
export function createLoginFailures({ db, bus, clock }: Pick<IamParts, 'db' | 'bus' | 'clock'>): LoginFailures {
  return {
    record: (failed, address) =>
      asSystem(db, async (tx) => {
        const now = clock()
        const { count, tell, tellHeldBack } = countFailure(await lockFailures(tx, failed, now), now)
        await updateFailures(tx, failed, count)
        const held = tellHeldBack > 0 ? [heldBack(failed, tellHeldBack)] : []
        const own = tell ? [{ ...subject(failed), ...(failed.userId === undefined ? {} : { address }) }] : []
        await publishAll(tx, [...held, ...own])
      }),
    settle: (most) =>
      asSystem(db, async (tx) => {
        const ended = await deleteFailuresSince(tx, new Date(clock().getTime() - WINDOW_MS), most)
        await publishAll(
          tx,
          ended.filter(({ untold }) => untold > 0).map((row) => heldBack(row, row.untold)),
        )
        return ended.length
      }),
  }

  async function publishAll(tx: Parameters<typeof bus.publish>[0], payloads: readonly LoginFailed[]): Promise<void> {
    await bus.publishAll(
      tx,
      payloads.map((payload) => ({ name: 'iam.user.loginFailed', payload })),
    )
  }
}

/** Nobody is named as the actor: who typed is just what is not known. */
function subject({ subject, userId, tenantId }: FailedLogin): LoginFailed {
  if (userId === undefined) return { usernameHash: subject }
  return { id: userId, ...(tenantId === undefined ? {} : { tenant: tenantId }) }
}

function heldBack(failed: FailedLogin, count: FailureCount['untold']): LoginFailed {
  return { ...subject(failed), count }
}
