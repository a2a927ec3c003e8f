/** The main module of a process of the pool. Runs components; the expressions that they evaluate see nothing but the sandbox. */
import { TerminalError } from '#lib/errors'
import { serve } from '#lib/process-pool/worker'
import type { ComponentFunction, ExpressionContext, Message } from '../component/component.ts'
import { createOutputs, type OutputLimits } from '../component/outputs.ts'
import { createSandbox } from './expression-sandbox.ts'

interface Request {
  readonly module: string
  readonly fields: object
  readonly message: Message
}

const limits: OutputLimits = JSON.parse(process.argv[2] ?? '{}')
const sandbox = createSandbox()
const modules = new Map<string, Promise<{ process: ComponentFunction }>>()

async function run({ module, fields, message }: Request): Promise<string[]> {
  const outputs = createOutputs(limits)
  const context: ExpressionContext = { evaluate, emit: outputs.emit }
  const component = await load(module)
  const texts = outputs.settle(await component.process.call(context, message, fields, {}))
  texts.forEach(refuseFunctions)
  return texts
}

function load(module: string) {
  let loading = modules.get(module)
  if (!loading) {
    loading = import(module)
    modules.set(module, loading)
  }
  return loading
}

function evaluate(expression: string, message: Pick<Message, 'data'>): unknown {
  let result: unknown
  try {
    result = sandbox.evaluate(expression, message)
  } catch (error) {
    throw new TerminalError(`Cannot evaluate expression: ${explain(error)}`)
  }
  if (typeof result === 'function') throw new TerminalError('Expression must give JSON: it gives a function')
  return result
}

/** Errors of JSONata are plain objects of the other realm. */
function explain(error: unknown): string {
  const { message, position } = error as { message?: unknown; position?: unknown }
  const text = typeof message === 'string' ? message : 'unknown error'
  if (text.startsWith('Maximum call stack')) return 'it calls itself too deeply'
  return typeof position === 'number' ? `${text} (at position ${position})` : text
}

/** A function of JSONata is an object that would show its inner life as JSON. The mark is searched for as text first: that is cheap. */
function refuseFunctions(text: string): void {
  if (text.includes('"_jsonata_') && holdsFunction(JSON.parse(text))) {
    throw new TerminalError('Expression must give JSON: it gives a function')
  }
}

function holdsFunction(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { _jsonata_lambda: lambda, _jsonata_function: native } = value as Record<string, unknown>
  return lambda === true || native === true || Object.values(value).some(holdsFunction)
}

// Parsed inside: what an expression sees belongs to its realm.
serve((request) => run(sandbox.parse(request) as Request))
