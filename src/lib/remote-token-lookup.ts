import { HubError } from './errors.ts'
import type { Principal, TokenLookup } from './principal.ts'
import type { ServiceClient } from './service-client.ts'

/**
 * Looks tokens up at an IAM that runs in another process. It asks with the token itself, so that it needs none of its own. Throws
 * `unavailable` when the IAM does not answer.
 */
export function remoteTokenLookup(client: ServiceClient): TokenLookup {
  return async (token) => {
    try {
      const { body } = await client.request({ method: 'GET', path: '/iam/api/v1/users/me', token })
      return principalOf(body)
    } catch (error) {
      if (error instanceof HubError && error.code === 'unauthenticated') return undefined
      throw error
    }
  }
}

/** Trusts nothing that it does not understand: a principal made of half an answer might be allowed too much. */
function principalOf(body: unknown): Principal {
  const { id, kind, tenant, permissions, tokenId, tokenExpiresAt, flowId, secretIds } = (body ?? {}) as Record<
    string,
    unknown
  >
  const expiresAt = tokenExpiresAt === undefined ? undefined : Date.parse(String(tokenExpiresAt))
  if (
    typeof id !== 'string' ||
    (kind !== 'user' && kind !== 'service') ||
    (tenant !== undefined && typeof tenant !== 'string') ||
    !isTexts(permissions) ||
    typeof tokenId !== 'string' ||
    Number.isNaN(expiresAt) ||
    (flowId !== undefined && typeof flowId !== 'string') ||
    (secretIds !== undefined && !isTexts(secretIds))
  ) {
    throw new HubError('unavailable', 'Cannot verify the token as the answer of the IAM must describe its account')
  }
  return {
    kind,
    id,
    tokenId,
    permissions: new Set(permissions),
    ...(tenant === undefined ? {} : { tenant }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(flowId === undefined ? {} : { flowId }),
    ...(secretIds === undefined ? {} : { secretIds: new Set(secretIds) }),
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}
