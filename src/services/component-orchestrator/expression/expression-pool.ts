import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createProcessPool, type ProcessPool, type ProcessPoolOptions } from '#lib/process-pool/process-pool'
import type { OutputLimits } from '../component/outputs.ts'

/** Bounds of the pool, as in `ProcessPoolOptions`; all have a default. */
export interface ExpressionPoolOptions extends Omit<ProcessPoolOptions, 'what' | 'worker'> {
  /** Bytes of all messages that one evaluation gives; default 10 MiB. */
  readonly maxResultBytes?: number
  /** Messages that one evaluation gives; default 10,000. */
  readonly maxOutputs?: number
}

/** One evaluation. */
export interface Evaluation {
  /** Whose evaluation it is, usually flow and step: keys take turns. */
  readonly key: string
  /** URL of the component's module. */
  readonly module: string
  /** JSON texts. */
  readonly fields: string
  readonly message: string
  readonly signal?: AbortSignal | undefined
}

/** Runs the components that evaluate expressions of tenants. */
export interface ExpressionPool extends Omit<ProcessPool, 'run'> {
  /** The messages that the component emits, as JSON texts. Rejects as `run` of a `ProcessPool` does. */
  run(evaluation: Evaluation): Promise<string[]>
}

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const jsonataFolder = `${dirname(createRequire(import.meta.url).resolve('jsonata'))}/`
const file = fileURLToPath(new URL('./expression-worker.ts', import.meta.url))
const readable = [`${root}package.json`, `${root}src/`, `${root}components/`, jsonataFolder]

/** Creates the pool. Only messages count as its weight: fields are part of the flow. */
export function createExpressionPool(options: ExpressionPoolOptions = {}): ExpressionPool {
  const { maxResultBytes = 10 * 1024 * 1024, maxOutputs = 10_000, ...bounds } = options
  const limits: OutputLimits = { maxOutputs, maxBytes: maxResultBytes }
  const pool = createProcessPool({
    ...bounds,
    what: 'evaluation of an expression',
    worker: { file, args: [JSON.stringify(limits)], readable },
  })
  return {
    start: () => pool.start(),
    run({ key, module, fields, message, signal }) {
      const request = { module: JSON.stringify(module), fields, message }
      return pool.run({ key, request, weight: message.length, signal })
    },
    stop: () => pool.stop(),
    get stats() {
      return pool.stats
    },
  }
}
