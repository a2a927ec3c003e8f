import { messageOf, TerminalError } from '#lib/errors'
import type { Message } from './component.ts'

/** How much one run of a step may send on. */
export interface OutputLimits {
  /** Messages; default 10,000. */
  readonly maxOutputs?: number
  /** Bytes of all messages as JSON; default 10 MiB. */
  readonly maxBytes?: number
}

/** Collects what a component emits, each message as JSON text. */
export interface Outputs {
  /** The `emit` of the component's context. A fault also fails `settle`, for components that do not wait for their emits. */
  emit(name: string, value?: unknown): Promise<void>
  /** Adds the value that `process` returned and gives all messages; throws the first fault instead, if there was one. */
  settle(returned: unknown): string[]
}

/** Creates the collector for one run of a step. */
export function createOutputs({ maxOutputs = 10_000, maxBytes = 10 * 1024 * 1024 }: OutputLimits = {}): Outputs {
  const texts: string[] = []
  let bytes = 0
  let fault: unknown

  function add(value: unknown): void {
    if (texts.length === maxOutputs) throw new TerminalError(`A step must emit at most ${maxOutputs} messages`)
    const text = toMessageText(value)
    bytes += Buffer.byteLength(text)
    if (bytes > maxBytes) throw new TerminalError(`The messages of a step must have at most ${maxBytes} bytes together`)
    texts.push(text)
  }

  function accept(name: string, value: unknown): void {
    if (name === 'data') add(value)
    else if (name === 'error') throw value instanceof Error ? value : new TerminalError(emittedError(value))
  }

  return {
    emit(name, value) {
      try {
        accept(name, value)
        return Promise.resolve()
      } catch (error) {
        fault ??= error
        const rejected = Promise.reject(error)
        // Components may not wait for their emits, and a rejection that nobody hears would end the process.
        rejected.catch(() => {})
        return rejected
      }
    },
    settle(returned) {
      if (fault === undefined && returned !== undefined) add(returned)
      if (fault !== undefined) throw fault
      return texts
    },
  }
}

/**
 * A message as JSON text. As in JSON, functions inside of it are left out; a message or its data that is no JSON at all is a
 * `TerminalError`. Missing data becomes an empty object, as components read it without a check.
 */
export function toMessageText(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TerminalError(`A component must emit messages of the form { data }: it emitted ${nameOf(value)}`)
  }
  const { data } = value as Partial<Message>
  if (typeof data === 'function' || typeof data === 'symbol') {
    throw new TerminalError(`The data of a message must be JSON: it is ${nameOf(data)}`)
  }
  try {
    return JSON.stringify(data === undefined ? { ...value, data: {} } : value)
  } catch (error) {
    throw new TerminalError(`The data of a message must be JSON: ${reasonOf(error)}`, { cause: error })
  }
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`
}

/** V8 tells the whole way round a cycle, on several lines; the first says all. */
function reasonOf(error: unknown): string {
  return (messageOf(error).split('\n')[0] ?? '').replace('Converting circular structure to JSON', 'it contains itself')
}

function emittedError(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'message' in value) return String(value.message)
  return String(value)
}
