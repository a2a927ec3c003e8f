import { randomUUID } from 'node:crypto'
import type { Fields } from '../vault/vault.ts'
import type { ProviderCalls, Tokens } from './provider-calls.ts'
import { ProviderFailure } from './provider-failure.ts'

/**
 * Whom the provider knows by the tokens, as the auth client's preprocessor tells; a random id where there is none. Rejects with a
 * `ProviderFailure` where the provider does not say.
 */
export async function externalIdOf(
  calls: Pick<ProviderCalls, 'userinfo'>,
  client: Fields,
  { claims, accessToken }: Pick<Tokens, 'claims' | 'accessToken'>,
): Promise<string> {
  const preprocessor = String(client.preprocessor ?? 'default').replace(/^preprocessor\./, '')
  const claim = claimOf[preprocessor]
  if (claim !== undefined) return demandText(claims[claim], `claim "${claim}" in an ID token`)
  if (preprocessor === 'default') return randomUUID()
  const { sub, id } = await calls.userinfo(client, accessToken)
  return demandText(sub ?? id, '"sub" or "id" at the userinfo endpoint')
}

/** By which claim of an ID token existing preprocessors tell people apart. */
const claimOf: Readonly<Record<string, string>> = { oidc: 'sub', microsoft: 'email', azure: 'preferred_username' }

function demandText(value: unknown, what: string): string {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text === 'string' && text !== '' && text.length <= 1_024) return text
  throw new ProviderFailure(`The provider must say who somebody is, by ${what}`, { isFinal: true })
}
