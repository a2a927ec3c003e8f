import type { Membership } from '../lib/membership.ts'
import type { Database, Tx } from '../lib/postgres.ts'
import { createTicker } from '../lib/ticker.ts'
import { causedBy } from './causation.ts'
import { createDeliveries, type RetryPolicy, type Subscriber } from './delivery.ts'
import type { AnyEvent, NewEvent, PayloadMap, ReceivedEvent } from './event.ts'
import { createLaneStore } from './lane-store.ts'
import { createListeners, type Listening } from './listener.ts'
import { readHead } from './log-reader.ts'
import { patternSource } from './pattern.ts'
import { createPublisher, type PayloadCheck } from './publisher.ts'
import { createSequencer } from './sequencer.ts'
import { createSignals } from './signals.ts'
import { createSubscription, type Subscription } from './subscription.ts'

/** What a handler gets beside the event. */
export interface HandlerContext {
  /**
   * The transaction in which the cursor moves: what is written with it takes effect exactly when the event counts as handled. Do
   * not wait in it for anything outside the database; work with outside effects is a task.
   */
  readonly tx: Tx
}

export interface SubscribeOptions {
  /** AMQP patterns: `*` one word, `#` any number, at every level. */
  readonly names: string | readonly string[]
  /** Also events that others brought in (broker, HTTP). Default false. */
  readonly foreign?: boolean
  /** Events of one ordering key stay in order; lanes are handled side by side, also by different processes. 1 (default) = total order. */
  readonly lanes?: number
  /** Where a subscription that is new to the database begins. Default `beginning`: all that the log still holds. */
  readonly from?: 'beginning' | 'now'
  /**
   * `retry` (default): a failing event and those of its key behind it wait aside, others go on; dead after `maxAttempts`. `block`: the
   * lane waits, for ever if need be: for a subscription that must miss nothing and keep the total order.
   */
  readonly onFailure?: 'retry' | 'block'
  /** Default 12, which with the default backoff is about an hour and a half. */
  readonly maxAttempts?: number
  /** Wait before the second attempt, then doubling. Default 1,000 ms. */
  readonly firstBackoffMs?: number
  /** Default 1,800,000 ms. */
  readonly mostBackoffMs?: number
}

/** The bus in the name of one service. */
export interface ServiceBus<M extends PayloadMap> {
  /**
   * Appends an event in the caller's transaction: it is there if, and only if, the transaction commits. Resolves to its id. Throws
   * when the payload does not fit its schema.
   */
  publish<N extends keyof M & string>(tx: Tx, event: NewEvent<N, M[N]>): Promise<string>
  /** The same for several, in the given order. */
  publishAll(
    tx: Tx,
    events: readonly { [N in keyof M & string]: NewEvent<N, M[N]> }[keyof M & string][],
  ): Promise<string[]>
  /**
   * A durable subscription, shared by all processes that use its name. The outcome of the handler: returned = done; thrown = retried
   * with backoff; `TerminalError` thrown = dead at once; `maxAttempts` reached = dead. Delivery is at least once, and exactly once in
   * effect for what the handler writes with `tx`. Call before `start()` or any time after.
   */
  subscribe(
    name: string,
    options: SubscribeOptions,
    handler: (event: AnyEvent<M>, context: HandlerContext) => Promise<void> | void,
  ): void
  /** The same for handlers that take a page of events at a time, in order; one that throws is called again for each event alone. */
  subscribePages(
    name: string,
    options: SubscribeOptions,
    handler: (events: readonly ReceivedEvent[], context: HandlerContext) => Promise<void>,
  ): void
  /** Calls `handler` in this process for every event from now on: for caches and live tails. Nothing is stored. */
  listen(names: string | readonly string[], handler: (event: ReceivedEvent) => void): Listening
}

export interface BusState {
  /** Last position given, as known here. */
  readonly head: number
  /** Whether this process gives the positions. */
  readonly sequencing: boolean
  /** Subscriptions run by this process, with the position up to which its lanes are done. */
  readonly subscriptions: readonly { readonly name: string; readonly done: number | undefined }[]
}

/** The bus of one database in one process. */
export interface EventBus<M extends PayloadMap> {
  /** The face for a service; its name becomes `serviceName` in the headers of what it publishes. */
  service(serviceName: string): ServiceBus<M>
  start(): Promise<void>
  /** Finishes what is being handled, then lets go of all leases. */
  stop(): Promise<void>
  state(): BusState
}

export interface EventBusOptions {
  readonly db: Database
  readonly membership: Membership
  /** Says what is wrong with a payload; undefined when it is sound. Default: anything goes. */
  readonly check?: PayloadCheck
  /** Told of what went wrong in the background. Payloads are never in `context`. */
  readonly onError?: (error: unknown, context: Record<string, unknown>) => void
  readonly now?: () => Date
}

/** How old this process's knowledge of the last position may be when no wake-up arrives. */
const LOOK_EVERY_MS = 500

export function createEventBus<M extends PayloadMap>(options: EventBusOptions): EventBus<M> {
  const { db, membership, check = () => undefined, onError = () => undefined, now = () => new Date() } = options
  const subscriptions = new Map<string, Subscription>()
  const subscribers = new Map<string, Subscriber>()
  let started = false
  let head = 0

  const deliveries = createDeliveries({ db, membership, subscribers, onError: (error, about) => onError(error, about) })
  const listeners = createListeners({ db, onError: (error) => onError(error, { part: 'listener' }) })
  const sequencer = createSequencer({
    db,
    onAdvance(position) {
      signals.advanced(position)
      advance(position)
    },
    onError: (error) => onError(error, { part: 'sequencer' }),
  })
  const signals = createSignals({
    db,
    memberId: membership.id,
    members: () => membership.alive(),
    onAppended: () => sequencer.wake(),
    onAdvanced: advance,
    onRelinked: () => looker.wake(),
  })
  const publisher = createPublisher({
    check,
    now,
    onCommit() {
      if (sequencer.active()) sequencer.wake()
      else signals.appended()
    },
  })
  const looker = createTicker({
    everyMs: LOOK_EVERY_MS,
    async tick() {
      if (!sequencer.active()) advance(await readHead(db).catch(() => head))
    },
  })

  function advance(position: number): void {
    if (position <= head) return
    head = position
    for (const subscription of subscriptions.values()) subscription.wake()
    listeners.wake()
  }

  function subscribe(
    name: string,
    wanted: SubscribeOptions,
    handle: (events: readonly ReceivedEvent[], tx: Tx) => Promise<void>,
  ): void {
    if (subscriptions.has(name)) throw new Error(`Cannot subscribe "${name}" as a process must do so once`)
    const retry: RetryPolicy = {
      maxAttempts: wanted.maxAttempts ?? 12,
      firstBackoffMs: wanted.firstBackoffMs ?? 1_000,
      mostBackoffMs: wanted.mostBackoffMs ?? 1_800_000,
    }
    const subscription = createSubscription({
      subscription: name,
      interest: { names: patternSource([wanted.names].flat()), foreign: wanted.foreign ?? false },
      lanes: wanted.lanes ?? 1,
      from: wanted.from ?? 'beginning',
      onFailure: wanted.onFailure ?? 'retry',
      retry,
      db,
      store: createLaneStore(db, name, membership.id),
      deliveries,
      handle,
      head: () => head,
      onError: (error) => onError(error, { subscription: name }),
    })
    subscriptions.set(name, subscription)
    subscribers.set(name, { retry, handle: (event, tx) => handle([event], tx) })
    if (started) subscription.start().catch((error: unknown) => onError(error, { subscription: name }))
  }

  const service = (serviceName: string): ServiceBus<M> => ({
    async publish(tx, event) {
      const [id] = await publisher.publish(tx, serviceName, [event])
      // One event in, one id out.
      return id as string
    },
    publishAll: (tx, events) => publisher.publish(tx, serviceName, events),
    subscribe: (name, wanted, handler) =>
      subscribe(name, wanted, async (events, tx) => {
        // The catalogue's types describe what may be published under these names; foreign events are checked by who asked for them.
        for (const event of events) await causedBy(causeOf(event), async () => handler(event as AnyEvent<M>, { tx }))
      }),
    subscribePages: (name, wanted, handler) => subscribe(name, wanted, (events, tx) => handler(events, { tx })),
    listen: listeners.listen,
  })

  return {
    service,
    async start() {
      head = await readHead(db)
      started = true
      sequencer.start()
      await signals.start()
      await listeners.start()
      looker.start()
      await Promise.all([...subscriptions.values()].map((subscription) => subscription.start()))
      deliveries.worker.start()
    },
    async stop() {
      started = false
      await Promise.all([listeners.stop(), looker.stop(), deliveries.worker.stop()])
      await Promise.all([...subscriptions.values()].map((subscription) => subscription.stop()))
      await sequencer.stop()
      await signals.stop()
    },
    state: () => ({
      head,
      sequencing: sequencer.active(),
      subscriptions: [...subscriptions].map(([name, subscription]) => ({ name, done: subscription.done() })),
    }),
  }
}

function causeOf({ id, correlationId, traceparent }: ReceivedEvent) {
  return { correlationId: correlationId ?? id, causationId: id, traceparent }
}
