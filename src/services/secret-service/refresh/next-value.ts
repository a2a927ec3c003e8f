import { combinedScope } from '../oauth/authorization-url.ts'
import type { ProviderCalls } from '../oauth/provider-calls.ts'
import { ProviderFailure } from '../oauth/provider-failure.ts'
import { beginSession } from '../oauth/session.ts'
import { endOfTokens } from '../oauth/token-end.ts'
import type { Secret } from '../secret/secret.ts'
import type { Fields } from '../vault/vault.ts'

/** What a provider gave. */
export interface NextValue {
  readonly value: Fields
  /** Undefined = not known to end. */
  readonly expiresAt: Date | undefined
}

/** What it is obtained by, all in clear. */
export interface Means {
  readonly secret: Secret
  readonly value: Fields
  /** The fields of the auth client. */
  readonly client: Fields
}

/**
 * Asks the provider for the next value of a secret, by its type. What the answer leaves out stays: the refresh token above all. Rejects with a
 * `ProviderFailure` where there is none.
 */
export async function nextValue(
  calls: ProviderCalls,
  { secret, value, client }: Means,
  clock: () => Date,
): Promise<NextValue> {
  switch (secret.type) {
    case 'OA2_AUTHORIZATION_CODE': {
      const scope = client.refreshWithScope === true ? combinedScope(client, textOf(value.scope)) : ''
      const tokens = await calls.refresh(client, textOf(value.refreshToken) ?? '', scope === '' ? undefined : scope)
      const { accessToken, refreshToken = value.refreshToken, scope: granted = value.scope } = tokens
      const kept = { ...value, accessToken, refreshToken, ...(granted !== undefined && { scope: granted }) }
      return { value: kept, expiresAt: endOfTokens(client, tokens, clock()) }
    }
    case 'OA2_CLIENT_CREDENTIALS': {
      const scope = combinedScope(client, textOf(value.scope))
      const tokens = await calls.clientCredentials(client, scope === '' ? undefined : scope)
      return { value: { ...value, accessToken: tokens.accessToken }, expiresAt: endOfTokens(client, tokens, clock()) }
    }
    case 'SESSION_AUTH': {
      const session = await beginSession(calls, client, value.inputFields as Record<string, string>, clock())
      return { value: { ...value, accessToken: session.accessToken }, expiresAt: endOfTokens(client, session, clock()) }
    }
    default:
      throw new ProviderFailure(`A secret of type "${secret.type}" is not renewed`, { isFinal: true })
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
