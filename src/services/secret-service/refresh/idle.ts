import { HubError } from '#lib/errors'
import { isConnectionError } from '#lib/postgres'
import { createTicker, type Ticker } from '#lib/ticker'
import type { SecretParts } from '../deps.ts'
import type { Renewal } from '../secret/secret-reader.ts'
import { SECRET_COLUMNS, type SecretRow, toSecret } from '../secret/secret-store.ts'

type Parts = Pick<SecretParts, 'db' | 'clock' | 'logger'>

/** Secrets at a time, so that a provider whose time has come for all is not asked for all at once. */
const BATCH = 20
const EVERY_MS = 60_000

/** Renews the tokens that nobody has read for so long that the provider might let them die; once each, whoever else does so meanwhile. */
export async function renewIdle({ db, clock, logger }: Parts, renewal: Pick<Renewal, 'renew'>): Promise<void> {
  let last: SecretRow | undefined
  for (;;) {
    const rows = await db.queryAs<SecretRow>('everything', FIND, [clock(), BATCH, last?.refreshed_at, last?.id])
    await Promise.all(
      rows.map((row) =>
        renewal.renew(toSecret(row)).catch((error: unknown) => {
          // It is stored with the secret, and told.
          if (error instanceof HubError || isConnectionError(error)) return
          logger.error({ err: error, secretId: row.id }, 'Renewal of an idle secret failed')
        }),
      ),
    )
    // What could not be renewed is still found, and must not stand in the way of the others.
    last = rows.at(-1)
    if (rows.length < BATCH) return
  }
}

const FIND = `
  select ${SECRET_COLUMNS}
    from secret_service.secret s join secret_service.auth_client c on c.id = s.auth_client_id
   where s.renews and s.type = 'OA2_AUTHORIZATION_CODE'
     and s.refreshed_at < $1::timestamptz - make_interval(days => coalesce((c.settings ->> 'refreshIdleDays')::integer, 7))
     and (s.current_error is null or s.next_refresh_at is null or s.next_refresh_at <= $1)
     and not coalesce((s.current_error ->> 'isFinal')::boolean, false)
     and (s.lease_until is null or s.lease_until <= clock_timestamp())
     and ($3::timestamptz is null or (date_trunc('milliseconds', s.refreshed_at), s.id) > ($3, $4::uuid))
   order by date_trunc('milliseconds', s.refreshed_at), s.id limit $2`

/** Does so as long as the service runs. */
export function createIdleRenewer(parts: Parts, renewal: Pick<Renewal, 'renew'>): Ticker {
  return createTicker({
    everyMs: EVERY_MS,
    tick: () =>
      renewIdle(parts, renewal).catch((error: unknown) => {
        if (!isConnectionError(error)) parts.logger.error({ err: error }, 'Renewal of idle secrets failed')
      }),
  })
}
