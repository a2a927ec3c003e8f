/** How a token came to be. */
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
  /** Undefined = never. */
  readonly expiresAt: Date | undefined
  readonly createdAt: Date
}
