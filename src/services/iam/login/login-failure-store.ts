import type { Tx } from '#lib/postgres'
import type { FailureCount } from './failure-count.ts'

/** Whose login failed. */
export interface FailedLogin {
  /** The user's id, or the hash of a name that nobody has. */
  readonly subject: string
  readonly userId: string | undefined
  /** The user's default tenant. */
  readonly tenantId: string | undefined
}

interface FailureRow {
  readonly subject: string
  readonly user_id: string | null
  readonly user_tenant: string | null
  readonly since: Date
  readonly failures: number
  readonly untold: number
}

/** The count so far, made at the first failure and locked for the rest of the transaction. */
export async function lockFailures(
  tx: Tx,
  { subject, userId, tenantId }: FailedLogin,
  now: Date,
): Promise<FailureCount> {
  const [row] = await tx.query<FailureRow>(
    `insert into iam.login_failure as f (subject, user_id, user_tenant, since, failures, untold)
     values ($1, $2, $3, $4, 0, 0)
     on conflict (subject) do update set user_tenant = excluded.user_tenant
     returning since, failures, untold`,
    [subject, userId ?? null, tenantId ?? null, now],
  )
  return row ?? { since: now, failures: 0, untold: 0 }
}

/** Stores the new count of a row that `lockFailures` has locked. */
export async function updateFailures(tx: Tx, { subject }: FailedLogin, count: FailureCount): Promise<void> {
  await tx.query('update iam.login_failure set since = $2, failures = $3, untold = $4 where subject = $1', [
    subject,
    count.since,
    count.failures,
    count.untold,
  ])
}

/** Deletes up to `most` counts whose window began at `latest` or before, leaving those that are being changed. */
export async function deleteFailuresSince(tx: Tx, latest: Date, most: number): Promise<(FailedLogin & FailureCount)[]> {
  const rows = await tx.query<FailureRow>(
    `delete from iam.login_failure where subject in (
       select subject from iam.login_failure where since <= $1 order by since limit $2 for update skip locked)
     returning subject, user_id, user_tenant, since, failures, untold`,
    [latest, most],
  )
  return rows.map(({ subject, user_id, user_tenant, since, failures, untold }) => {
    return { subject, userId: user_id ?? undefined, tenantId: user_tenant ?? undefined, since, failures, untold }
  })
}
