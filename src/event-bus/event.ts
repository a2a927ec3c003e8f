import { createHash } from 'node:crypto'

/** `headers` of the wire format. `createdAt` is the producer's time for ever; our own is ISO 8601. */
export interface EventHeaders<N extends string = string> {
  readonly name: N
  readonly serviceName: string
  readonly createdAt: string
}

/** Payloads by event name: what a catalogue gives the compiler. */
export type PayloadMap = Record<string, unknown>

/** An event as a subscriber receives it. What is not part of the wire format travels beside the body. */
export interface ReceivedEvent<N extends string = string, P = unknown> {
  /** UUIDv7, unique for ever. */
  readonly id: string
  /** Place in the log's total order, from 1, without gaps. */
  readonly position: number
  readonly name: N
  readonly headers: EventHeaders<N>
  readonly payload: P
  /** The exact JSON text `{"headers":…,"payload":…}` as it was published. */
  readonly body: string
  /** `''` when one of this database's own services published it, otherwise who brought it in. */
  readonly origin: string
  /** Events with the same key reach a subscription in the order of the changes they report. */
  readonly orderingKey: string
  /** Shared by all that goes back to the same first cause. */
  readonly correlationId?: string
  /** Id of the event whose handling led to this one. */
  readonly causationId?: string
  readonly traceparent?: string
  /** Version of the payload schema. */
  readonly version: number
  /** 1 at first delivery. */
  readonly attempt: number
  /** True when an operator asked for it to be delivered again. */
  readonly replay: boolean
}

/** What every event of a catalogue-typed bus looks like: a union by name. */
export type AnyEvent<M extends PayloadMap> = {
  [N in keyof M & string]: ReceivedEvent<N, M[N]>
}[keyof M & string]

/** An event to be published. */
export interface NewEvent<N extends string = string, P = unknown> {
  readonly name: N
  /** Serialised with `JSON.stringify`, or taken as it stands when made by `exactJson`. */
  readonly payload: P | ExactJson
  /** Default: `payload.id`, otherwise the event is in no order with others. Long keys are kept as their hash. */
  readonly orderingKey?: string
  /** Default 1. */
  readonly version?: number
}

/** JSON text that must reach subscribers byte for byte: numbers beyond 2^53, the order of keys, escapes. */
export interface ExactJson {
  readonly json: string
}

const exactTexts = new WeakSet<ExactJson>()

/** Marks valid JSON text as a payload to be kept byte for byte. Throws a SyntaxError when the text is not JSON in Unicode. */
export function exactJson(text: string): ExactJson {
  JSON.parse(text)
  if (!text.isWellFormed()) throw new SyntaxError('Cannot keep the JSON text as it must not contain a lone surrogate')
  const exact = Object.freeze({ json: text })
  exactTexts.add(exact)
  return exact
}

/** Whether the value was made by `exactJson`. */
export function isExactJson(value: unknown): value is ExactJson {
  return typeof value === 'object' && value !== null && exactTexts.has(value as ExactJson)
}

/** A row of the log joined with its position, or a row of `delivery`. */
export interface EventRow {
  readonly position: number
  readonly event_id: string
  readonly name: string
  readonly origin: string
  readonly ordering_key: string
  readonly key_hash: number
  readonly correlation_id: string | null
  readonly causation_id: string | null
  readonly traceparent: string | null
  readonly version: number
  readonly body: string
}

/** Turns a row into an event. The body is parsed at the first look at `headers` or `payload`: many readers need only its text. */
export function toEvent(row: EventRow, delivery: { attempt: number; replay: boolean }): ReceivedEvent {
  return new LazyEvent(row, delivery)
}

/** A class, as millions of these are made: two closures each would cost more than the rest. */
class LazyEvent implements ReceivedEvent {
  readonly id: string
  readonly position: number
  readonly name: string
  readonly body: string
  readonly origin: string
  readonly orderingKey: string
  declare readonly correlationId?: string
  declare readonly causationId?: string
  declare readonly traceparent?: string
  readonly version: number
  readonly attempt: number
  readonly replay: boolean
  #parsed: { headers: EventHeaders; payload: unknown } | undefined

  constructor(row: EventRow, { attempt, replay }: { attempt: number; replay: boolean }) {
    this.id = row.event_id
    this.position = row.position
    this.name = row.name
    this.body = row.body
    this.origin = row.origin
    this.orderingKey = row.ordering_key
    if (row.correlation_id !== null) this.correlationId = row.correlation_id
    if (row.causation_id !== null) this.causationId = row.causation_id
    if (row.traceparent !== null) this.traceparent = row.traceparent
    this.version = row.version
    this.attempt = attempt
    this.replay = replay
  }

  get headers(): EventHeaders {
    return this.#body().headers
  }

  get payload(): unknown {
    return this.#body().payload
  }

  #body(): { headers: EventHeaders; payload: unknown } {
    this.#parsed ??= JSON.parse(this.body) as { headers: EventHeaders; payload: unknown }
    return this.#parsed
  }
}

/** Longer keys do not fit into an index entry. */
const MOST_KEY_LENGTH = 255

/** The key as it is stored: as it stands where PostgreSQL can keep and index it, otherwise its hash. */
export function storableKey(orderingKey: string): string {
  if (orderingKey.length <= MOST_KEY_LENGTH && !orderingKey.includes('\0') && orderingKey.isWellFormed())
    return orderingKey
  return `sha256:${createHash('sha256').update(orderingKey, 'utf16le').digest('hex')}`
}

/** 31 bits of SHA-1: spread evenly and the same in every language. Not a matter of security. */
export function keyHash(orderingKey: string): number {
  return createHash('sha1').update(orderingKey).digest().readUInt32BE(0) & 0x7fffffff
}
