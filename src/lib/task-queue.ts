import { LIVING_MEMBERS, type Membership } from './membership.ts'
import { BY_INDEX, type Database, type Tx } from './postgres.ts'

/**
 * Durable tasks in a table made by `oih.create_task_table`. The owner of the table adds columns and inserts rows with SQL of its
 * own; this file leases them to workers and settles them. A lease is the pair (id, fence): whoever settles with an old fence,
 * because it was taken for dead meanwhile, settles nothing.
 */
export interface TaskQueue<Row extends TaskRow> {
  /**
   * Leases up to `limit` due tasks of `queues` to this member: the oldest of the tenant that has the fewest at work, by chance among
   * equals, then again; and of tasks with the same ordering key only the first.
   */
  claim(queues: readonly string[], limit: number): Promise<Row[]>
  /** Removes finished tasks. Resolves to the ids still held: effects in `tx` are due for these alone. */
  finish(tx: Tx, leases: readonly Lease[]): Promise<Set<string>>
  /** Puts a task back until `delayMs` from now. Resolves to false when the lease was lost. */
  retry(tx: Tx, lease: Lease, delayMs: number, error: TaskError): Promise<boolean>
  /** Sets a task aside for good, with the reason. Resolves to false when the lease was lost. */
  bury(tx: Tx, lease: Lease, error: TaskError): Promise<boolean>
  /** Hands a task back unharmed: at stop, or when it could not be begun. The attempt does not count. Due after `delayMs`, default 0. */
  release(leases: readonly Lease[], delayMs?: number): Promise<void>
  /**
   * Hands back what this member has leased of `queues` beside `held`: after a claim whose answer was lost. Only one worker of a member
   * may work on a queue.
   */
  disown(queues: readonly string[], held: readonly Lease[]): Promise<void>
  /**
   * Frees what dead members had leased; what has had `mostAttempts` of its queue (default 20) by then is dead: it may be what kills
   * them. Resolves to the number of tasks that are leased no more.
   */
  reclaim(queues: readonly string[], mostAttempts?: (queue: string) => number): Promise<number>
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

/** The right to settle a task, as long as nobody else has taken it. */
export interface Lease {
  readonly id: string
  readonly fence: number
}

/** Why a task failed, as kept in its row. */
export interface TaskError {
  readonly message: string
  readonly stack?: string | undefined
}

/** Whose table, and for which member. */
export interface TaskQueueOptions {
  readonly db: Database
  readonly membership: Pick<Membership, 'id'>
  /** Qualified name of the table; trusted text. */
  readonly table: string
}

/** Attempts after which a task whose worker dies each time is buried, where nobody says otherwise. */
const MOST_ATTEMPTS = 20

/**
 * Tenants are found by stepping through the claim index, so that 100,000 waiting tasks of one tenant cost the others nothing;
 * a window function over all due tasks would read every one of them. One step per queue and tenant: `queue = any (…)` leaves the
 * index order. `statement_timestamp()`, as a volatile clock cannot bound an index scan.
 *
 * What a tenant has at work counts as turns that it has had: a busy worker claims one task at a time, and would otherwise start anew
 * with the same tenant at each claim. The first of an ordering key is looked up in the order of its index, as `not exists` may be
 * planned as a scan of the table for every candidate. Each candidate behind the first costs such a look-up (20 µs): the tasks of one
 * key should be thousands at most.
 */
const claimText = (table: string): string => `
  with recursive tenant (queue, fair_key) as (
    select wanted.queue, (
             select t.fair_key from ${table} t where t.queue = wanted.queue and t.state = 'ready' order by t.fair_key limit 1)
      from unnest($1::text[]) as wanted (queue)
    union all
    select tenant.queue, (
             select t.fair_key from ${table} t
              where t.queue = tenant.queue and t.state = 'ready' and t.fair_key > tenant.fair_key order by t.fair_key limit 1)
      from tenant where tenant.fair_key is not null
  ), busy as (
    select fair_key, count(*) as tasks from ${table} where state = 'running' and queue = any ($1::text[]) group by fair_key
  ), head as (
    select waiting.id,
           coalesce(busy.tasks, 0) + row_number() over (partition by tenant.fair_key order by waiting.run_at, waiting.seq) as turn
      from tenant left join busy using (fair_key) cross join lateral (
        select t.id, t.run_at, t.seq from ${table} t
         where t.queue = tenant.queue and t.fair_key = tenant.fair_key and t.state = 'ready' and t.run_at <= statement_timestamp()
           and (t.ordering_key is null or t.seq = (
             select first.seq from ${table} first
              where first.queue = t.queue and first.ordering_key = t.ordering_key and first.state <> 'dead'
              order by first.seq limit 1))
         order by t.run_at, t.seq
         limit $2 for update skip locked) waiting
     where tenant.fair_key is not null
  ), due as materialized (
    select id, turn from head order by turn, random() limit $2
  )
  update ${table} task
     set state = 'running', worker = $3, fence = task.fence + 1, attempt = task.attempt + 1, changed_at = clock_timestamp()
    from due where task.id = due.id
  returning task.*, due.turn`

/** Opens the queue of a table; the table must have been made by `oih.create_task_table`. */
export function createTaskQueue<Row extends TaskRow>({ db, membership, table }: TaskQueueOptions): TaskQueue<Row> {
  const named = (verb: string, text: string) => ({ name: `${table}-${verb}`, text })
  const claim = { ...named('claim', claimText(table)), settings: BY_INDEX }
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
    `update ${table} task set state = 'ready', worker = null, attempt = task.attempt - 1, changed_at = clock_timestamp(),
            run_at = greatest(task.run_at, clock_timestamp() + make_interval(secs => $3::float8 / 1000))
       from unnest($1::uuid[], $2::integer[]) as lease (id, fence)
      where task.id = lease.id and task.fence = lease.fence and task.state = 'running'`,
  )
  const disown = named(
    'disown',
    `update ${table} set state = 'ready', worker = null, attempt = attempt - 1, changed_at = clock_timestamp()
      where state = 'running' and worker = $1 and queue = any ($2::text[]) and id <> all ($3::uuid[])`,
  )
  // What a frozen worker keeps locked is passed over: it is freed once the server has ended that transaction.
  const reclaim = named(
    'reclaim',
    `with lost as materialized (
       select t.id, t.attempt >= wanted.most as worn_out
         from ${table} t join unnest($1::text[], $2::integer[]) as wanted (queue, most) using (queue)
        where t.state = 'running' and t.worker not in (${LIVING_MEMBERS})
          for update of t skip locked)
     update ${table} task
        set state = case when lost.worn_out then 'dead' else 'ready' end, worker = null, changed_at = clock_timestamp(),
            error = case when lost.worn_out then $3::jsonb else task.error end
       from lost where task.id = lost.id returning task.id`,
  )
  const columns = (leases: readonly Lease[]) => [leases.map(({ id }) => id), leases.map(({ fence }) => fence)]

  return {
    async claim(queues, limit) {
      const rows = await db.queryAs<Row & { turn: number }>('everything', claim, [queues, limit, membership.id])
      return rows.sort((a, b) => a.turn - b.turn)
    },
    async finish(tx, leases) {
      const rows = await tx.query<{ id: string }>(finish, columns(leases))
      return new Set(rows.map(({ id }) => id))
    },
    retry: async (tx, { id, fence }, delayMs, error) =>
      (await tx.query(retry, [id, fence, delayMs, taskErrorText(error)])).length > 0,
    bury: async (tx, { id, fence }, error) => (await tx.query(bury, [id, fence, taskErrorText(error)])).length > 0,
    async release(leases, delayMs = 0) {
      await db.queryAs('everything', release, [...columns(leases), delayMs])
    },
    async disown(queues, held) {
      await db.queryAs('everything', disown, [membership.id, queues, held.map(({ id }) => id)])
    },
    async reclaim(queues, mostAttempts = () => MOST_ATTEMPTS) {
      const most = queues.map((queue) => Math.min(mostAttempts(queue), 0x7fffffff))
      return (await db.queryAs('everything', reclaim, [queues, most, taskErrorText(WORN_OUT)])).length
    },
  }
}

const WORN_OUT: TaskError = { message: 'The process that worked on it died, at each attempt or at the last' }

/** Most characters of a message or a stack in a row. */
const MOST_TEXT = 8_000

/** An error as `jsonb` takes it: without NUL, without halves of characters, and of bounded length. */
export function taskErrorText({ message, stack }: TaskError): string {
  const safe = (text: string) => text.slice(0, MOST_TEXT).replaceAll('\0', '\ufffd').toWellFormed()
  return JSON.stringify({ message: safe(message), ...(stack === undefined ? {} : { stack: safe(stack) }) })
}

/** Milliseconds before attempt `attempt + 1`: doubling from `firstMs` to `mostMs`, less up to a quarter at random. */
export function backoff(attempt: number, { firstMs = 1_000, mostMs = 300_000, random = Math.random } = {}): number {
  return Math.min(mostMs, firstMs * 2 ** Math.min(attempt - 1, 30)) * (1 - 0.25 * random())
}
