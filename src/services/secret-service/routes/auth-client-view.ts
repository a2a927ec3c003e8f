import { can, type Principal } from '#lib/principal'
import type { AuthClient } from '../auth-client/auth-client.ts'
import { authClientDocument, maskedFields } from '../auth-client/auth-client-document.ts'
import type { EndpointRules } from '../auth-client/endpoints.ts'
import type { SecretParts } from '../deps.ts'
import { callbackUrl } from '../oauth/callback-url.ts'
import { ownsInPerson } from '../owners.ts'
import { permissions } from '../permissions.ts'
import type { Fields } from '../vault/vault.ts'

/** Which addresses auth clients may name here. */
export function endpointRules(parts: Pick<SecretParts, 'publicUrl' | 'outboundAllow'>): EndpointRules {
  return { callbackUrl: callbackUrl(parts), allow: parts.outboundAllow }
}

/** The client as it is told; the address users come back to is the hub's, wherever that is now. */
export function shownClient(
  parts: Pick<SecretParts, 'publicUrl'>,
  client: AuthClient,
  fields: Fields,
  how: 'masked' | 'clear',
) {
  const redirect = client.type === 'OA2_AUTHORIZATION_CODE' ? { redirectUri: callbackUrl(parts) } : {}
  const shown = how === 'clear' ? fields : maskedFields(client.type, fields)
  return authClientDocument(client, { ...shown, ...redirect })
}

/** Whether the principal sees the client's credentials in clear: an owner in person with the permission. */
export function seesCredentials(principal: Principal, client: AuthClient): boolean {
  return ownsInPerson(principal, client, 'auth client') && can(principal, permissions.readRawClient)
}
