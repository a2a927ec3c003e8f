import { createHash, randomUUID } from 'node:crypto'
import { unstorableFaults } from '#lib/http/stored-text'
import type { Fields } from '../vault/vault.ts'
import type { ProviderCalls, Tokens } from './provider-calls.ts'
import { ProviderFailure } from './provider-failure.ts'
import { originOf, tokenOriginOf } from './token-origin.ts'

/** Whom a provider knows. */
export interface Identity {
  /** For people. */
  readonly externalId: string
  /**
   * By what the secret of the same account is found: SHA-256, as hex, of the id and of the servers that vouch for it. What another server says
   * of somebody never is the same, even if it uses the same words.
   */
  readonly key: string
}

/**
 * Whom the provider knows by the tokens, as the auth client's preprocessor tells; a random id where there is none. `microsoft` and `azure` go by
 * tenant and object (`tid` and `oid`) of the ID token, where it has no such by `iss` and `sub`: e-mail address and user name can be set to anything
 * by the administrator of any tenant ("nOAuth") and tell nobody apart. Rejects with a `ProviderFailure` where the provider does not say.
 */
export async function identityOf(
  calls: Pick<ProviderCalls, 'userinfo'>,
  client: Fields,
  { claims, accessToken }: Pick<Tokens, 'claims' | 'accessToken'>,
): Promise<Identity> {
  const origin = tokenOriginOf(client)
  switch (String(client.preprocessor ?? 'default').replace(/^preprocessor\./, '')) {
    case 'default':
      return identity([origin], [randomUUID()], 'itself')
    case 'oidc':
      return identity([origin], [claims.sub], 'claim "sub" in an ID token')
    case 'microsoft':
    case 'azure': {
      const { tid, oid, iss, sub } = claims
      const parts = tid === undefined || oid === undefined ? [iss, sub] : [tid, oid]
      return identity([origin], parts, 'claims "tid" and "oid", or "iss" and "sub", in an ID token')
    }
    default: {
      const { sub, id } = await calls.userinfo(client, accessToken)
      const { userinfo } = client.endpoints as Fields
      return identity([origin, originOf(userinfo)], [sub ?? id], '"sub" or "id" at the userinfo endpoint')
    }
  }
}

function identity(origins: readonly unknown[], claims: readonly unknown[], what: string): Identity {
  const parts = claims.map((claim) => (typeof claim === 'number' ? String(claim) : claim))
  const externalId = parts.join(' ')
  const isTold = parts.every((part) => typeof part === 'string' && part !== '')
  if (!isTold || externalId.length > 1_024 || unstorableFaults(externalId).length > 0)
    throw new ProviderFailure(`The provider must say who somebody is, by ${what}`, { isFinal: true })
  const key = createHash('sha256')
    .update(JSON.stringify([origins, parts]))
    .digest('hex')
  return { externalId, key }
}
