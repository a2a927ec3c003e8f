import { LIVING_MEMBERS, type Membership } from './membership.ts'
import type { Database, Tx } from './postgres.ts'

/**
 * Durable tasks in a table made by `oih.create_task_table`. The owner of the table adds columns and inserts rows with SQL of its
 * own; this file leases them to workers and settles them. A lease is the pair (id, fence): whoever settles with an old fence,
 * because it was taken for dead meanwhile, settles nothing.
 */
export interface TaskQueue<Row extends TaskRow> {
  /**
   * Leases up to `limit` due tasks of `queues` to this member: the oldest of each tenant in turn, and of tasks with the same
   * ordering key only the first.
   */
  claim(queues: readonly string[], limit: number): Promise<Row[]>
  /** Removes finished tasks. Resolves to the ids still held: effects in `tx` are due for these alone. */
  finish(tx: Tx, leases: readonly Lease[]): Promise<Set<string>>
  /** Puts a task back until `delayMs` from now. Resolves to false when the lease was lost. */
  retry(tx: Tx, lease: Lease, delayMs: number, error: TaskError): Promise<boolean>
  /** Sets a task aside for good, with the reason. Resolves to false when the lease was lost. */
  bury(tx: Tx, lease: Lease, error: TaskError): Promise<boolean>
  /** Hands a task back unharmed: at stop, or when it could not be begun. The attempt does not count. */
  release(leases: readonly Lease[]): Promise<void>
  /** Frees what dead members had leased. Resolves to the number of freed tasks. */
  reclaim(queues: readonly string[]): Promise<number>
}

/** The columns of every task table; `Row` adds those of the owner. */
export interface TaskRow extends Lease {
  readonly queue: string
  readonly tenant_id: string | null
  readonly ordering_key: string | null
  /** Number of the attempt under way, from 1. */
  readonly attempt: number
  readonly created_at: Date
}

export interface Lease {
  readonly id: string
  readonly fence: number
}

/** Why a task failed, as kept in its row. */
export interface TaskError {
  readonly message: string
  readonly stack?: string | undefined
}

export interface TaskQueueOptions {
  readonly db: Database
  readonly membership: Pick<Membership, 'id'>
  /** Qualified name of the table; trusted text. */
  readonly table: string
}

/**
 * Tenants are found by stepping through the claim index, so that 100,000 waiting tasks of one tenant cost the others nothing;
 * a window function over all due tasks would read every one of them.
 */
const claimText = (table: string): string => `
  with recursive tenant (fair_key) as (
    (select fair_key from ${table} where queue = any ($1) and state = 'ready' and run_at <= clock_timestamp()
      order by fair_key limit 1)
    union all
    select (select t.fair_key from ${table} t
             where t.queue = any ($1) and t.state = 'ready' and t.run_at <= clock_timestamp() and t.fair_key > tenant.fair_key
             order by t.fair_key limit 1)
      from tenant where tenant.fair_key is not null
  ), due as (
    select head.id, head.turn
      from tenant cross join lateral (
        select id, row_number() over (order by run_at, seq) as turn
          from (select t.id, t.run_at, t.seq from ${table} t
                 where t.queue = any ($1) and t.fair_key = tenant.fair_key and t.state = 'ready' and t.run_at <= clock_timestamp()
                   and (t.ordering_key is null or not exists (
                     select from ${table} earlier
                      where earlier.queue = t.queue and earlier.ordering_key = t.ordering_key
                        and earlier.seq < t.seq and earlier.state <> 'dead'))
                 order by t.run_at, t.seq
                 limit $2 for update skip locked) waiting
      ) head
     where tenant.fair_key is not null
     order by head.turn
     limit $2
  )
  update ${table} task
     set state = 'running', worker = $3, fence = task.fence + 1, attempt = task.attempt + 1, changed_at = clock_timestamp()
    from due where task.id = due.id
  returning task.*, due.turn`

export function createTaskQueue<Row extends TaskRow>({ db, membership, table }: TaskQueueOptions): TaskQueue<Row> {
  const named = (verb: string, text: string) => ({ name: `${table}-${verb}`, text })
  const claim = named('claim', claimText(table))
  const finish = named(
    'finish',
    `delete from ${table} task using unnest($1::uuid[], $2::integer[]) as lease (id, fence)
      where task.id = lease.id and task.fence = lease.fence and task.state = 'running' returning task.id`,
  )
  const retry = named(
    'retry',
    `update ${table} set state = 'ready', worker = null, error = $4, changed_at = clock_timestamp(),
            run_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
      where id = $1 and fence = $2 and state = 'running' returning id`,
  )
  const bury = named(
    'bury',
    `update ${table} set state = 'dead', worker = null, error = $3, changed_at = clock_timestamp()
      where id = $1 and fence = $2 and state = 'running' returning id`,
  )
  const release = named(
    'release',
    `update ${table} task set state = 'ready', worker = null, attempt = task.attempt - 1, changed_at = clock_timestamp()
       from unnest($1::uuid[], $2::integer[]) as lease (id, fence)
      where task.id = lease.id and task.fence = lease.fence and task.state = 'running'`,
  )
  const reclaim = named(
    'reclaim',
    `update ${table} set state = 'ready', worker = null, changed_at = clock_timestamp()
      where state = 'running' and queue = any ($1) and worker not in (${LIVING_MEMBERS}) returning id`,
  )
  const columns = (leases: readonly Lease[]) => [leases.map(({ id }) => id), leases.map(({ fence }) => fence)]

  return {
    claim: (queues, limit) =>
      db.transaction('everything', async (tx) => {
        const rows = await tx.query<Row & { turn: number }>(claim, [queues, limit, membership.id])
        return rows.sort((a, b) => a.turn - b.turn)
      }),
    async finish(tx, leases) {
      const rows = await tx.query<{ id: string }>(finish, columns(leases))
      return new Set(rows.map(({ id }) => id))
    },
    retry: async (tx, { id, fence }, delayMs, error) =>
      (await tx.query(retry, [id, fence, delayMs, JSON.stringify(error)])).length > 0,
    bury: async (tx, { id, fence }, error) => (await tx.query(bury, [id, fence, JSON.stringify(error)])).length > 0,
    release: (leases) => db.transaction('everything', async (tx) => void (await tx.query(release, columns(leases)))),
    reclaim: (queues) => db.transaction('everything', async (tx) => (await tx.query(reclaim, [queues])).length),
  }
}

/** Milliseconds before attempt `attempt + 1`: doubling from `firstMs` to `mostMs`, less up to a quarter at random. */
export function backoff(attempt: number, { firstMs = 1_000, mostMs = 300_000, random = Math.random } = {}): number {
  return Math.min(mostMs, firstMs * 2 ** Math.min(attempt - 1, 30)) * (1 - 0.25 * random())
}
