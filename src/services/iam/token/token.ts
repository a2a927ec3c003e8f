/** How a token came to be: by a login, for the runs of a flow, made for a time, made until it is withdrawn. */
export const tokenTypes = ['SELF', 'DELEGATE', 'EPHEMERAL_SERVICE_ACCOUNT', 'PERSISTENT'] as const
/** One of these ways. */
export type TokenType = (typeof tokenTypes)[number]

/** What is kept of a token. */
export interface Token {
  readonly id: string
  /** Who acts by it. */
  readonly userId: string
  /** The tenant it acts in. */
  readonly tenantId: string | undefined
  readonly type: TokenType
  /** Beside those of the account. */
  readonly permissions: readonly string[]
  /** What it allows at most of what the account may do. Undefined = all of it. */
  readonly scope?: readonly string[] | undefined
  /** Undefined = never. */
  readonly expiresAt: Date | undefined
  readonly createdAt: Date
  readonly description?: string | undefined
  /** What it is for, in the words of whoever asked for it. */
  readonly inquirer?: string | undefined
  /** The flow whose runs act by it. */
  readonly flowId?: string | undefined
  /** The secrets that these runs may read by it, each once and in order. Undefined = none. */
  readonly secretIds?: readonly string[] | undefined
  /** Who asked for it. */
  readonly madeBy?: string | undefined
  /** Seconds. Undefined = until it is withdrawn, or that of a login. */
  readonly lifespan?: number | undefined
}

/** A token as whoever asked for it gets it, this once. */
export interface IssuedToken<Expiry = Date> {
  readonly token: string
  readonly id: string
  readonly expiresAt: Expiry
}
