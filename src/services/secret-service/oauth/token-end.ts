import type { Fields } from '../vault/vault.ts'
import type { Tokens } from './provider-calls.ts'

/**
 * When tokens are over that came at `now`: as the provider says, else as the auth client assumes (`defaultExpiresIn`); undefined = not known
 * to end.
 */
export function endOfTokens(client: Fields, { expiresIn }: Pick<Tokens, 'expiresIn'>, now: Date): Date | undefined {
  const seconds = expiresIn ?? (typeof client.defaultExpiresIn === 'number' ? client.defaultExpiresIn : undefined)
  return seconds === undefined ? undefined : new Date(now.getTime() + seconds * 1_000)
}
