import type { Database, Tx } from '#lib/postgres'
import type { RefreshError, Secret } from '../secret/secret.ts'

type Of = Pick<Secret, 'id' | 'tenantId' | 'version' | 'currentError'>

/** What stands in the way of a lease, or has come of one. */
export interface LeaseState {
  /** Of the value in force. */
  readonly version: number
  /** Whether somebody has it and may still answer. */
  readonly isTaken: boolean
  readonly error: RefreshError | undefined
}

/** Who wants a lease. */
export interface LeaseWish {
  /** Milliseconds, on the clock of the database. */
  readonly forMs: number
  /** By the clock of the service: an error that is not to be tried again yet stands in the way. */
  readonly now: Date
}

const TAKE = {
  name: 'secret-lease-take',
  text: `update secret_service.secret
            set lease_fence = lease_fence + 1, lease_until = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
          where id = $1 and version = $2
            and (lease_until is null or lease_until <= clock_timestamp())
            and (current_error is null or next_refresh_at is null or next_refresh_at <= $4)
            and current_error ->> 'at' is not distinct from $5
      returning lease_fence as fence`,
}

/**
 * Takes the right to get the next value of a secret, in one statement: at most one process has it. Resolves to its fence, which grows with
 * every lease; undefined where it is not to be had: somebody has it, there is another version than the one that was seen, or an attempt has
 * failed since then, so that whoever waited for it does not make another.
 */
export async function takeLease(db: Database, secret: Of, wish: LeaseWish): Promise<number | undefined> {
  const { forMs, now } = wish
  const { id, tenantId, version, currentError } = secret
  const values = [id, version, forMs, now, currentError?.at ?? null]
  const [row] = await db.queryAs<{ fence: number }>({ tenant: tenantId }, TAKE, values)
  return row?.fence
}

const READ = {
  name: 'secret-lease-read',
  text: `select version, current_error, lease_until > clock_timestamp() as taken from secret_service.secret where id = $1`,
}

/** How things stand; undefined where the secret is gone. */
export async function readLease(db: Database, { id, tenantId }: Of): Promise<LeaseState | undefined> {
  const [row] = await db.queryAs<LeaseRow>({ tenant: tenantId }, READ, [id])
  if (row === undefined) return undefined
  return {
    version: row.version,
    isTaken: row.taken === true,
    error: row.current_error ?? undefined,
  }
}

interface LeaseRow {
  readonly version: number
  readonly taken: boolean | null
  readonly current_error: RefreshError | null
}

/**
 * Gives a lease back in the transaction that stores what came of it; false where it is not the last one any more, so that the result must be
 * dropped. The caller has locked the secret.
 */
export async function endLease(tx: Tx, { id }: Pick<Secret, 'id'>, fence: number): Promise<boolean> {
  const ended = await tx.query(
    `update secret_service.secret set lease_until = null where id = $1 and lease_fence = $2 returning 1`,
    [id, fence],
  )
  return ended.length > 0
}

/** Stores why an attempt failed. The caller has locked the secret, and ended the lease. Resolves to how many have failed in a row. */
export async function storeFailure(tx: Tx, { id }: Pick<Secret, 'id'>, error: RefreshError): Promise<number> {
  const [row] = await tx.query<{ failures: number }>(
    `update secret_service.secret set current_error = $2, refresh_failures = refresh_failures + 1 where id = $1
      returning refresh_failures as failures`,
    [id, JSON.stringify(error)],
  )
  return row?.failures ?? 1
}

/** Not before this moment to try again. */
export async function postponeRefresh(tx: Tx, { id }: Pick<Secret, 'id'>, until: Date): Promise<void> {
  await tx.query('update secret_service.secret set next_refresh_at = $2 where id = $1', [id, until])
}

/** An auth client was changed: what could not be renewed through it may be tried again at once. */
export async function letClientTryAgain(tx: Tx, authClientId: string): Promise<void> {
  await tx.query(
    `update secret_service.secret
        set next_refresh_at = null, refresh_failures = 0, current_error = current_error || '{"isFinal": false}'
      where auth_client_id = $1 and current_error is not null`,
    [authClientId],
  )
}
