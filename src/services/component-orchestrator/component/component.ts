import type { Logger } from '#lib/logger'
import type { Outbound } from '#lib/outbound/outbound'

/** What travels from step to step. A webhook adds `headers`, `query`, `params`, `method`, `url`, `originalUrl`, `pathSuffix`. */
export interface Message {
  readonly data: unknown
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly attachments?: Readonly<Record<string, unknown>>
  readonly [extra: string]: unknown
}

/** What `process` finds in `this`, wherever it runs. */
export interface ComponentContext {
  /**
   * `data` sends a message to the next steps; its content is taken at the time of the call, so that it may be changed afterwards.
   * `error` fails the step. All other names are ignored.
   */
  emit(name: string, value?: unknown): Promise<void>
}

/** What is wrong with a document. */
export interface DocumentFault {
  /** JSON pointer into the document. */
  readonly path: string
  readonly schemaPath: string
  readonly keyword: string
  readonly message: string
}

/** What a schema says of a document. */
export interface DocumentVerdict {
  readonly valid: boolean
  /** At most 100; none where it is valid. */
  readonly errors: readonly DocumentFault[]
}

/** The schemas that a flow may use: those of its tenant, and public ones. */
export interface Schemas {
  /** Rejects with a `TerminalError` when there is no such schema or it cannot be used, and with any other error while that cannot be known. */
  validate(schema: string, document: unknown): Promise<DocumentVerdict>
}

/** The context of a component that runs in the hub's own process. */
export interface HostContext extends ComponentContext {
  /** Authorises its calls by the secret of the step, if it has one, which the step itself never sees. */
  readonly outbound: Pick<Outbound, 'request'>
  readonly schemas: Schemas
  /** The same for every attempt at the same message of the same step of a run. */
  readonly idempotencyKey: string
  /** Aborted when the step is to end early. */
  readonly signal: AbortSignal
  readonly logger: Logger
}

/** The context of a component that evaluates expressions of tenants. */
export interface ExpressionContext extends ComponentContext {
  /**
   * Evaluates JSONata (1.8) over `message.data`, with the whole message as `$message`. Undefined when nothing is selected. Throws
   * a `TerminalError` when the expression fails.
   */
  evaluate(expression: string, message: Pick<Message, 'data'>): unknown
}

/**
 * The function `process` of a component module. A returned value other than undefined is one more `data`. A thrown
 * `TerminalError` fails the step for good; any other error lets it be tried again, after `retryAfter` ms if it has that property.
 */
export type ComponentFunction = (message: Message, fields: unknown, snapshot: object) => unknown

/**
 * Where a component runs: `host` is the hub's own process, for code that is trusted and needs its outbound client;
 * `expression-worker` is a process of its own that may be ended at any time, for code that evaluates expressions of tenants.
 */
export type RunsIn = 'host' | 'expression-worker'
