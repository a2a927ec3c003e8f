/** Nesting below this is not logged: log lines are for reading. */
const deepest = 8
/** Longer texts are cut, so that no line grows with what a caller sent. */
const longestText = 16_384
const longestList = 100

const secretKey =
  /^(?:proxy)?(?:authorization|cookies?|setcookie|pass|passwd|pwd|credentials?|jwt|bearer|hmac)$|(?:password|passphrase|secrets?|tokens?|apikey|privatekey|masterkey|accesskey)$/

/** Whether a field of this name holds a secret, however it is spelled (`api-key`, `apiKey`, `API_KEY`). */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key.replaceAll(/[^a-zA-Z]/g, '').toLowerCase())
}

/**
 * Takes our tokens, session cookies, bearer credentials and passwords in URLs out of a text. It only shortens runs of characters that need no
 * escape in JSON, so a JSON text stays one.
 */
export function redactText(text: string): string {
  return text
    .replaceAll(/\b(oih_session)=[^;,\s"\\]+/g, '$1=***')
    .replaceAll(/oih_[\w-]{4,}/g, 'oih_***')
    .replaceAll(/\b(bearer) +[\w.~+/=-]{8,}/gi, '$1 ***')
    .replaceAll(/\b([Bb]asic) +(?=[a-z/+]*[A-Z0-9])[\w+/=-]{8,}/g, '$1 ***')
    .replaceAll(/(:\/\/[^\s"\\/@:]{0,256}):[^\s"\\/@]{1,256}@/g, '$1:***@')
}

/** A copy of the fields of a log line that holds no secret, no cycle and nothing unbounded. */
export function safeFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return safeObject(fields, [])
}

function safeObject(object: object, path: readonly object[]): Record<string, unknown> {
  const inner = [...path, object]
  const entries = Object.entries(object).filter(([, value]) => typeof value !== 'function' && value !== undefined)
  return Object.fromEntries(
    entries.slice(0, longestList).map(([key, value]) => {
      return [key, isSecretKey(key) && value !== null ? '***' : safeValue(value, inner)]
    }),
  )
}

function safeValue(value: unknown, path: readonly object[]): unknown {
  if (typeof value === 'string') return value.length > longestText ? `${value.slice(0, longestText)}…` : value
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (path.includes(value)) return '[circular]'
  if (path.length >= deepest) return '[deep]'
  if (value instanceof Error) return errorRecord(value, path)
  if (value instanceof Date || value instanceof URL) return value.toJSON()
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (value instanceof Map) return safeObject(Object.fromEntries(value), [...path, value])
  const items = value instanceof Set ? [...value] : value
  if (Array.isArray(items)) return items.slice(0, longestList).map((item) => safeValue(item, [...path, value]))
  return safeObject(value, path)
}

/**
 * What is logged of an error: name, code, message, stack and causes. Of a database error only code and place: its texts quote
 * the row, and a row may hold a secret.
 */
export function errorRecord(error: Error, path: readonly object[] = []): Record<string, unknown> {
  if (isDatabaseError(error)) {
    const { code, table, constraint, routine, stack } = error
    const message = `The database refused the statement: ${code}`
    return { name: error.name, code, message, table, constraint, routine, stack: framesOf(stack) }
  }
  const inner = [...path, error]
  const code = 'code' in error && /^(?:string|number)$/.test(typeof error.code) ? { code: error.code } : {}
  const cause = error.cause === undefined ? {} : { cause: safeValue(error.cause, inner) }
  const errors = error instanceof AggregateError ? { errors: safeValue(error.errors, inner) } : {}
  const { name } = error
  return {
    name,
    ...code,
    message: safeValue(error.message, inner),
    stack: safeValue(error.stack, inner),
    ...cause,
    ...errors,
  }
}

interface DatabaseError extends Error {
  code: string
  severity: string
  table?: string
  constraint?: string
  routine?: string
}

/** By its shape, as it may come from another copy of the driver: five characters of SQLSTATE and a severity. */
function isDatabaseError(error: Error): error is DatabaseError {
  return 'severity' in error && 'code' in error && typeof error.code === 'string' && error.code.length === 5
}

/** A stack without its first lines, which repeat the message. */
function framesOf(stack: string | undefined): string {
  return (stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')
}
