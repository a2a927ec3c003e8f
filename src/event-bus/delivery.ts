import { messageOf, TerminalError } from '../lib/errors.ts'
import type { Membership } from '../lib/membership.ts'
import { ConnectionLostError, type Database, type Tx } from '../lib/postgres.ts'
import { backoff, createTaskQueue, type TaskError, type TaskRow, taskErrorText } from '../lib/task-queue.ts'
import { createTaskWorker, type TaskWorker } from '../lib/task-worker.ts'
import { type EventRow, type ReceivedEvent, toEvent } from './event.ts'
import { attempt, HandlerFailed } from './page.ts'

/** Handles one event in `tx`. */
export type HandleInTx = (event: ReceivedEvent, tx: Tx) => Promise<void>

/** How often, and after which waits, a failing event is tried. */
export interface RetryPolicy {
  /** Attempts before the event is dead, the first included. */
  readonly maxAttempts: number
  readonly firstBackoffMs: number
  readonly mostBackoffMs: number
}

/** Why an event goes to `delivery`: it failed, or one of its ordering key waits there. */
export type Reason = { readonly failed: unknown } | 'parked'

interface DeliveryRow extends TaskRow, Omit<EventRow, 'ordering_key' | 'key_hash'> {
  readonly replay: boolean
}

/** Who takes up the deliveries of a subscription. */
export interface Subscriber {
  readonly handle: HandleInTx
  readonly retry: RetryPolicy
}

/** The events that a subscription could not handle at once. */
export interface Deliveries {
  /** Keeps a copy of the event in `tx`, to be handled later or as dead. */
  keep(tx: Tx, subscription: string, event: ReceivedEvent, reason: Reason, policy: RetryPolicy): Promise<void>
  readonly worker: Pick<TaskWorker<DeliveryRow>, 'start' | 'wake' | 'stop'>
}

/** What deliveries need. */
export interface DeliveriesOptions {
  readonly db: Database
  readonly membership: Membership
  readonly subscribers: ReadonlyMap<string, Subscriber>
  readonly onError: (
    error: unknown,
    context: { subscription: string; event: string; attempt: number; dead: boolean },
  ) => void
}

const KEEP = {
  name: 'delivery-keep',
  text: `insert into event_bus.delivery
           (id, queue, ordering_key, state, run_at, attempt, error, position, event_id, name, origin, correlation_id, causation_id,
            traceparent, version, body)
         values (gen_random_uuid(), $1, $2, $3, clock_timestamp() + make_interval(secs => $4::float8 / 1000), $5, $6, $7, $8, $9,
                 $10, $11, $12, $13, $14, $15)`,
}

/** Opens the deliveries of all subscriptions of this process. */
export function createDeliveries({ db, membership, subscribers, onError }: DeliveriesOptions): Deliveries {
  const queue = createTaskQueue<DeliveryRow>({ db, membership, table: 'event_bus.delivery' })
  const worker = createTaskWorker<DeliveryRow>({
    queue,
    queues: () => [...subscribers.keys()],
    concurrency: 4,
    run,
    mostAttempts: (name) => subscribers.get(name)?.retry.maxAttempts ?? Number.POSITIVE_INFINITY,
    onError: (error, task) =>
      onError(error, {
        subscription: task?.queue ?? '',
        event: task?.name ?? '',
        attempt: task?.attempt ?? 0,
        dead: false,
      }),
  })

  async function run(task: DeliveryRow): Promise<void> {
    const subscriber = subscribers.get(task.queue)
    if (subscriber === undefined) throw new Error(`Cannot deliver to "${task.queue}" as it must be subscribed here`)
    try {
      await db.transaction('everything', async (tx) => {
        if (!(await queue.finish(tx, [task])).has(task.id)) return
        await attempt(() => subscriber.handle(toDelivered(task), tx))
      })
    } catch (error) {
      if (error instanceof ConnectionLostError) throw error
      await fail(task, subscriber.retry, error instanceof HandlerFailed ? error.cause : error)
    }
  }

  async function fail(task: DeliveryRow, policy: RetryPolicy, error: unknown): Promise<void> {
    const dead = isFinal(error, task.attempt, policy)
    await db.transaction('everything', async (tx) => {
      if (dead) await queue.bury(tx, task, toTaskError(error))
      else await queue.retry(tx, task, delayAfter(task.attempt, policy), toTaskError(error))
    })
    onError(error, { subscription: task.queue, event: task.name, attempt: task.attempt, dead })
  }

  return {
    worker,
    async keep(tx, subscription, event, reason, policy) {
      const failed = reason !== 'parked'
      const dead = failed && isFinal(reason.failed, 1, policy)
      await tx.query(KEEP, [
        subscription,
        event.orderingKey,
        dead ? 'dead' : 'ready',
        failed && !dead ? delayAfter(1, policy) : 0,
        failed ? 1 : 0,
        failed ? taskErrorText(toTaskError(reason.failed)) : null,
        event.position,
        event.id,
        event.name,
        event.origin,
        event.correlationId ?? null,
        event.causationId ?? null,
        event.traceparent ?? null,
        event.version,
        event.body,
      ])
      tx.afterCommit(() => {
        if (failed) onError(reason.failed, { subscription, event: event.name, attempt: 1, dead })
        if (!failed) worker.wake()
      })
    },
  }
}

function isFinal(error: unknown, attempt: number, policy: RetryPolicy): boolean {
  return error instanceof TerminalError || attempt >= policy.maxAttempts
}

function delayAfter(attempt: number, policy: RetryPolicy): number {
  return backoff(attempt, { firstMs: policy.firstBackoffMs, mostMs: policy.mostBackoffMs })
}

/** Anything can be thrown, also what cannot be turned into text. */
function toTaskError(error: unknown): TaskError {
  try {
    return { message: String(messageOf(error)), stack: error instanceof Error ? String(error.stack) : undefined }
  } catch {
    return { message: 'Something was thrown that has no text' }
  }
}

function toDelivered(row: DeliveryRow): ReceivedEvent {
  const event = { ...row, ordering_key: row.ordering_key ?? '', key_hash: 0 }
  return toEvent(event, { attempt: row.attempt, replay: row.replay })
}
