import type { Membership } from '../lib/membership.ts'
import type { Database, Tx } from '../lib/postgres.ts'
import { createTicker } from '../lib/ticker.ts'
import { causedBy } from './causation.ts'
import { createDeliveries, type RetryPolicy, type Subscriber } from './delivery.ts'
import type { AnyEvent, PayloadMap, ReceivedEvent } from './event.ts'
import { createLaneStore } from './lane-store.ts'
import { createListeners } from './listener.ts'
import { readHead } from './log-reader.ts'
import { patternSource } from './pattern.ts'
import { createPublisher, type PayloadCheck } from './publisher.ts'
import { createSequencer } from './sequencer.ts'
import type { ServiceBus, SubscribeOptions } from './service-bus.ts'
import { createSignals } from './signals.ts'
import { createSubscription, type Subscription } from './subscription.ts'

/** Where the bus of this process stands. */
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
  /**
   * Resolves once all subscriptions are known to the database. The membership must have been started. When it rejects nothing runs.
   */
  start(): Promise<void>
  /** Finishes what is being handled, then lets go of all leases. A bus that was stopped cannot be started again. */
  stop(): Promise<void>
  state(): BusState
}

/** What a bus is made of. */
export interface EventBusOptions {
  readonly db: Database
  readonly membership: Membership
  /** Says what is wrong with a payload; undefined when it is sound. Default: anything goes. */
  readonly check?: PayloadCheck
  /** Told of what went wrong in the background. Payloads are never in `context`. */
  readonly onError?: (error: unknown, context: Record<string, unknown>) => void
  readonly now?: () => Date
  /** How often to look for what no wake-up told of. Default 500 ms. */
  readonly lookEveryMs?: number
  /** How long events may wait for a position before another member takes over giving them. Default 5,000 ms. */
  readonly stallMs?: number
}

/** Creates the bus of this process; nothing runs before `start()`. The database must be migrated with `eventBusMigrations`. */
export function createEventBus<M extends PayloadMap>(options: EventBusOptions): EventBus<M> {
  const { db, membership, check = () => undefined, onError = () => undefined, now = () => new Date() } = options
  const { lookEveryMs = 500, stallMs = 5_000 } = options
  const subscriptions = new Map<string, Subscription>()
  const subscribers = new Map<string, Subscriber>()
  let running = false
  let head = 0

  const deliveries = createDeliveries({ db, membership, subscribers, onError: (error, about) => onError(error, about) })
  const listeners = createListeners({ db, head: () => head, onError: (error) => onError(error, { part: 'listener' }) })
  const sequencer = createSequencer({
    db,
    lookEveryMs,
    stallMs,
    onAdvance: advance,
    notice: () => signals.advancing(),
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
    everyMs: lookEveryMs,
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
    const lanes = wanted.lanes ?? 1
    if (!Number.isInteger(lanes) || lanes < 1 || lanes > MOST_LANES) {
      throw new Error(
        `Cannot subscribe "${name}" as its lanes must be a whole number from 1 to ${MOST_LANES}: ${lanes}`,
      )
    }
    const retry: RetryPolicy = {
      maxAttempts: wanted.maxAttempts ?? 12,
      firstBackoffMs: wanted.firstBackoffMs ?? 1_000,
      mostBackoffMs: wanted.mostBackoffMs ?? 1_800_000,
    }
    const subscription = createSubscription({
      subscription: name,
      interest: { names: patternSource([wanted.names].flat()), foreign: wanted.foreign ?? false },
      lanes,
      pageEvents: wanted.pageEvents,
      from: wanted.from ?? 'beginning',
      onFailure: wanted.onFailure ?? 'retry',
      retry,
      db,
      store: createLaneStore(db, name, membership.id),
      deliveries,
      handle,
      head: () => head,
      lookEveryMs,
      onError: (error) => onError(error, { subscription: name }),
    })
    subscriptions.set(name, subscription)
    subscribers.set(name, { retry, handle: (event, tx) => handle([event], tx) })
    if (running) subscription.startSoon()
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

  let starting: Promise<void> | undefined
  let stopping: Promise<void> | undefined

  async function start(): Promise<void> {
    if (stopping !== undefined) throw new Error('Cannot start the bus as it must not have been stopped')
    try {
      head = await readHead(db)
      sequencer.start()
      await signals.start()
      listeners.start()
      looker.start()
      running = true
      await Promise.all([...subscriptions.values()].map((subscription) => subscription.start()))
      deliveries.worker.start()
    } catch (error) {
      await stopAll()
      throw error
    }
  }

  async function stopAll(): Promise<void> {
    running = false
    await Promise.all([listeners.stop(), looker.stop(), deliveries.worker.stop()])
    await Promise.all([...subscriptions.values()].map((subscription) => subscription.stop()))
    await sequencer.stop()
    await signals.stop()
  }

  return {
    service,
    start() {
      starting ??= start()
      return starting
    },
    stop() {
      stopping ??= Promise.resolve(starting?.catch(() => undefined)).then(stopAll)
      return stopping
    },
    state: () => ({
      head,
      sequencing: sequencer.active(),
      subscriptions: [...subscriptions].map(([name, subscription]) => ({ name, done: subscription.done() })),
    }),
  }
}

/** As the database checks it. */
const MOST_LANES = 4_096

function causeOf({ id, correlationId, traceparent }: ReceivedEvent) {
  return { correlationId: correlationId ?? id, causationId: id, traceparent }
}
