import { messageOf, TerminalError } from '#lib/errors'
import type { Logger } from '#lib/logger'
import type { Outbound } from '#lib/outbound/outbound'
import type { ExpressionPool } from '../expression/expression-pool.ts'
import type { SchemaClient } from '../schema/schema-client.ts'
import { authorisedOutbound } from '../secret/authorised-outbound.ts'
import type { Secret } from '../secret/secret-client.ts'
import type { ComponentFunction, HostContext, Message } from './component.ts'
import type { Action, ComponentRegistry } from './component-registry.ts'
import { createOutputs, type OutputLimits, toMessageText } from './outputs.ts'

/** What running a component takes. */
export interface ComponentRunnerDeps {
  readonly registry: Pick<ComponentRegistry, 'resolve'>
  readonly pool: Pick<ExpressionPool, 'run'>
  readonly outbound: Pick<Outbound, 'request'>
  readonly schemas: SchemaClient
  readonly logger: Logger
  /** Of components in the hub's own process; the pool has its own. */
  readonly limits?: OutputLimits
}

/** One run of a step with one message. */
export interface StepCall {
  readonly component: string
  /** May be left out when the component has but one. */
  readonly function?: string | undefined
  /** As validated by the registry. */
  readonly fields: unknown
  /** The secret by which the step acts, for components that take one. */
  readonly secret?: Secret | undefined
  /** The run token: what the step asks the hub for, it asks for by it. */
  readonly token: string
  /** The message, or its JSON text if that is at hand. */
  readonly message: Message | string
  /** The same for every attempt. */
  readonly idempotencyKey: string
  readonly signal?: AbortSignal | undefined
  /** Whose work it is, flow and step: expressions of different keys do not delay each other. */
  readonly key: string
}

/** Runs steps of flows. */
export interface ComponentRunner {
  /**
   * Runs one step. Resolves to the messages that it has emitted, as JSON texts, in order. Rejects with a `TerminalError` when another attempt cannot help; with any other error the step may be tried again,
   * after its `retryAfter` ms if it has that property.
   */
  run(call: StepCall): Promise<readonly string[]>
  /** Aborts the steps in the hub's own process that have no signal and resolves when all have ended. The pool is stopped by its owner. */
  stop(): Promise<void>
}

interface HostModule {
  readonly process: ComponentFunction
}

/** Creates the runner. */
export function createComponentRunner(deps: ComponentRunnerDeps): ComponentRunner {
  const stopping = new AbortController()
  const running = new Set<Promise<unknown>>()
  const modules = new Map<string, Promise<HostModule>>()

  /** Node.js looks for a module anew at each `import`, loaded or not. */
  function load(module: string): Promise<HostModule> {
    const known = modules.get(module)
    if (known) return known
    const loading: Promise<HostModule> = import(module)
    modules.set(module, loading)
    // It may be there the next time.
    loading.catch(() => modules.delete(module))
    return loading
  }

  function runInPool(action: Action, call: StepCall): Promise<string[]> {
    const { key, message, signal } = call
    const fields = JSON.stringify(call.fields ?? {})
    const text = typeof message === 'string' ? message : toMessageText(message)
    return deps.pool.run({ module: action.module, key, fields, message: text, signal })
  }

  async function runOnHost(action: Action, call: StepCall): Promise<string[]> {
    const { idempotencyKey, key, message, secret, token } = call
    const outputs = createOutputs(deps.limits)
    const context = new StepContext({
      emit: outputs.emit,
      outbound: secret === undefined ? deps.outbound : authorisedOutbound(deps.outbound, secret),
      schemas: { validate: (schema, document) => deps.schemas.validate({ schema, document, token }) },
      idempotencyKey,
      signal: call.signal ?? stopping.signal,
      log: () => deps.logger.child({ component: action.component, function: action.name, step: key }),
    })
    const component = await load(action.module)
    const input: Message = typeof message === 'string' ? JSON.parse(message) : message
    return outputs.settle(await component.process.call(context, input, call.fields ?? {}, {}))
  }

  return {
    async run(call) {
      if (stopping.signal.aborted) throw new Error('Cannot run step as the runner must be running')
      const action = deps.registry.resolve(call.component, call.function)
      if (action.runsIn === 'expression-worker') return runInPool(action, call)
      const run = runOnHost(action, call)
      running.add(run)
      try {
        return await run
      } catch (error) {
        throw error instanceof Error
          ? error
          : new TerminalError(`Component "${action.component}" failed: ${messageOf(error)}`)
      } finally {
        running.delete(run)
      }
    },
    async stop() {
      stopping.abort(new Error('Step was aborted as the runner stops'))
      await Promise.allSettled(running)
    },
  }
}

/**
 * The context of a step on the host. A class for the sake of its getter: that of a literal V8 keeps, and with it the messages, until it next
 * collects the whole heap.
 */
class StepContext implements HostContext {
  readonly emit: HostContext['emit']
  readonly outbound: HostContext['outbound']
  readonly schemas: HostContext['schemas']
  readonly idempotencyKey: string
  readonly signal: AbortSignal
  readonly #log: () => Logger
  #logger: Logger | undefined

  constructor(parts: Omit<HostContext, 'logger'> & { log: () => Logger }) {
    this.emit = parts.emit
    this.outbound = parts.outbound
    this.schemas = parts.schemas
    this.idempotencyKey = parts.idempotencyKey
    this.signal = parts.signal
    this.#log = parts.log
  }

  /** Made when first used: most steps log nothing. */
  get logger(): Logger {
    this.#logger ??= this.#log()
    return this.#logger
  }
}
