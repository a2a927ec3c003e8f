import { BusyError, HubError, TerminalError } from '#lib/errors'
import type { SchemaChecks } from './checks.ts'

/** The same checks, whose failures are meant for callers: what could not be done with a schema is a fault of it, and too much work at once is told to come later. */
export function toldChecks(checks: SchemaChecks): SchemaChecks {
  return {
    inspect: (...args) => told(checks.inspect(...args)),
    validate: (...args) => told(checks.validate(...args), 'conflict'),
    compare: (...args) => told(checks.compare(...args)),
  }
}

async function told<T>(work: Promise<T>, code: 'invalid-body' | 'conflict' = 'invalid-body'): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof TerminalError) throw new HubError(code, error.message, { cause: error })
    if (!(error instanceof BusyError)) throw error
    throw new HubError('unavailable', error.message, { retryAfter: error.retryAfter / 1_000, cause: error })
  }
}
