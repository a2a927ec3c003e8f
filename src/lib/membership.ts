import { newId } from './id.ts'
import { type Database, isConnectionError } from './postgres.ts'
import { createTicker } from './ticker.ts'

/**
 * This process among all that share the database. It lives while its row, renewed by a heartbeat on the database's clock, has not
 * expired; what it had leased is then free for others.
 */
export interface Membership {
  readonly id: string
  /** How many members lived at the last heartbeat, this one included. */
  alive(): number
  start(): Promise<void>
  stop(): Promise<void>
}

/** How a process becomes a member. */
export interface MembershipOptions {
  readonly db: Database
  /**
   * A process that does not renew for this long is taken for dead. Default 5,000 ms: longer than a garbage collection pause or a slow
   * disk, short enough that work goes on within seconds. Fences keep a late riser from doing harm.
   */
  readonly lifetimeMs?: number
  readonly onError?: (error: unknown) => void
}

/** SQL for the ids of the living. */
export const LIVING_MEMBERS = 'select id from oih.member where expires_at > clock_timestamp()'

const BEAT = {
  name: 'member-beat',
  text: `with beat as (
           insert into oih.member (id, expires_at) values ($1, clock_timestamp() + make_interval(secs => $2::float8 / 1000))
           on conflict (id) do update set expires_at = excluded.expires_at)
         select count(*) as others from (${LIVING_MEMBERS} and id <> $1) living`,
}

/** Makes this process a member once started; every call is another member. */
export function createMembership(options: MembershipOptions): Membership {
  const { db, lifetimeMs = 5_000, onError = () => undefined } = options
  const id = newId()
  let alive = 1
  const ticker = createTicker({
    everyMs: lifetimeMs / 5,
    tick: () =>
      beat().catch((error: unknown) => {
        if (!isConnectionError(error)) onError(error)
      }),
  })

  async function beat(): Promise<void> {
    const [row] = await db.query<{ others: number }>(BEAT, [id, lifetimeMs])
    alive = (row?.others ?? 0) + 1
  }

  return {
    id,
    alive: () => alive,
    async start() {
      await beat()
      await db.query(`delete from oih.member where expires_at < clock_timestamp() - interval '1 day'`)
      ticker.start()
    },
    async stop() {
      await ticker.stop()
      await db.query('delete from oih.member where id = $1', [id]).catch(onError)
    },
  }
}
