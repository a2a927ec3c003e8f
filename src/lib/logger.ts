import { pino } from 'pino'
import { redactText, safeFields } from './redaction.ts'

/** What our code needs of a logger. The fields come first, the message is a fixed sentence: what varies is a field. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  /** A logger whose lines all carry these fields too. */
  child(fields: Record<string, unknown>): Logger
}

/** From the most to the least that is written. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
/** One of the levels. */
export type LogLevel = (typeof logLevels)[number]

/** What `createLogger` takes; all of it has a default. */
export interface LoggerOptions {
  readonly level?: LogLevel
  /** Gets each line with its line break; default: standard error, written at once so that a crash loses none. */
  readonly destination?: { write(line: string): unknown }
  /** Fields of every line. */
  readonly fields?: Record<string, unknown>
}

/**
 * Writes JSON lines with ISO time. Secrets do not get out: fields with a secret's name are masked at any depth, database errors
 * are cut, and tokens of ours are masked in the finished line, wherever they stood. An error is passed as the field `err`.
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  const { level = 'info', destination = pino.destination({ fd: 2, sync: true }), fields = {} } = options
  const root = pino(
    {
      level,
      base: safeFields(fields),
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (value: unknown) => value },
      formatters: { level: (label) => ({ level: label }), log: safeFields },
      hooks: { streamWrite: redactText },
    },
    destination,
  )
  return withSafeChildren(root)
}

/** The library formats the fields of a line, but takes those of a child as they are. */
function withSafeChildren(inner: Logger): Logger {
  return {
    debug: (fields, message) => inner.debug(fields, message),
    info: (fields, message) => inner.info(fields, message),
    warn: (fields, message) => inner.warn(fields, message),
    error: (fields, message) => inner.error(fields, message),
    child: (fields) => withSafeChildren(inner.child(safeFields(fields))),
  }
}
