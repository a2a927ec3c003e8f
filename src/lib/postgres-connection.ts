import pg from 'pg'

/** What it takes to connect: the part that pools and single connections share. */
export interface ConnectionOptions {
  /** `postgres://` address; the login must be allowed to `SET ROLE` to `role`. */
  readonly url: string
  /** The role every connection takes on. Default: the login's own. Requests run as `oih_app`. */
  readonly role?: string
}

const INT8 = 20

/** SQLSTATEs of a server that goes, comes or is full, and codes of a network that does not carry. */
const CONNECTION_CODES =
  /^(08...|57P0[1-5]|25P0[34]|53300|ECONN.*|ENOENT|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN))$/
/** What `pg` says without a code. */
const CONNECTION_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|not queryable/

/**
 * A process that freezes, or a machine that loses its power, in the middle of a transaction would hold its locks until the network
 * notices, which takes hours. No work of ours waits that long inside a transaction.
 */
const IDLE_IN_TRANSACTION_MS = 60_000

/** The configuration for `pg`. `settings` are PostgreSQL run-time parameters for the connection. */
export function connectionConfig(
  { url, role }: ConnectionOptions,
  settings: Record<string, string> = {},
): pg.ClientConfig {
  // `pg` would let the options win over the role, and with it over row-level security; its time limit closes connections that are well.
  const refused = /[?&](options|query_timeout)=/.exec(url)?.[1]
  if (refused !== undefined) throw new Error(`Cannot use the database address as it must not carry "${refused}"`)
  const parameters = {
    idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_MS),
    ...(role === undefined ? {} : { role }),
    ...settings,
  }
  const options = Object.entries(parameters).map(([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, '\\$&')}`)
  return {
    connectionString: url,
    keepAlive: true,
    types: rowTypes,
    options: options.join(' '),
  }
}

/** How columns become values: `bigint` as a number, the rest as `pg` does it. */
export const rowTypes = { getTypeParser: typeParser }

function typeParser(oid: number, format?: 'text' | 'binary') {
  return oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')
}

/**
 * The connection of a transaction broke. Nothing was done, unless it broke while committing: then nobody knows, and whoever does
 * the work again must look first.
 */
export class ConnectionLostError extends Error {
  constructor(cause: unknown) {
    super('Cannot use the database as the connection was lost or none was free', { cause })
    this.name = 'ConnectionLostError'
  }
}

/** True for failures of the connection or the server, not of the statement: the same work may succeed later. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof ConnectionLostError) return true
  const code = (error as { code?: unknown }).code
  return (typeof code === 'string' && CONNECTION_CODES.test(code)) || CONNECTION_MESSAGES.test(error.message)
}

/** True where PostgreSQL asks for the transaction to be run again: serialization failure, deadlock. */
export function isSerializationError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === '40001' || code === '40P01'
}
