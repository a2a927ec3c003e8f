import type { Tx } from '../lib/postgres.ts'
import type { AnyEvent, NewEvent, PayloadMap, ReceivedEvent } from './event.ts'
import type { Listening } from './listener.ts'

/** What a handler gets beside the event. */
export interface HandlerContext {
  /**
   * The transaction in which the cursor moves: what is written with it takes effect exactly when the event counts as handled. Do
   * not wait in it for anything outside the database; work with outside effects is a task.
   */
  readonly tx: Tx
}

/** What a subscription asks for. */
export interface SubscribeOptions {
  /** AMQP patterns: `*` one word, `#` any number, at every level. */
  readonly names: string | readonly string[]
  /** Also events that others brought in (broker, HTTP). Default false. */
  readonly foreign?: boolean
  /**
   * Events of one ordering key stay in order; lanes are handled side by side, also by different processes. 1 (default) = total order. At
   * most 4,096. Another number than before comes into force at a start where all lanes stand at the same position and nobody runs them.
   */
  readonly lanes?: number
  /** Most events in one transaction. Default 100; more make each commit cheaper, and more is to be done again when one fails. */
  readonly pageEvents?: number
  /** Where a subscription that is new to the database begins. Default `beginning`: all that the log still holds. */
  readonly from?: 'beginning' | 'now'
  /**
   * `retry` (default): a failing event and those of its key behind it wait aside, others go on; dead after `maxAttempts`. `block`: the
   * lane waits, for ever if need be, also on `TerminalError`: for a subscription that must miss nothing and keep the total order.
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
  /**
   * Calls `handler` in this process for every event from now on, foreign ones too: for caches and live tails. Nothing is stored.
   * Before `start()`, now is the start.
   */
  listen(names: string | readonly string[], handler: (event: ReceivedEvent) => void): Listening
}
