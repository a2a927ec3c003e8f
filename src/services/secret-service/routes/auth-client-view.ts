import { HubError } from '#lib/errors'
import { can, type Principal, seesEverything } from '#lib/principal'
import type { AuthClient } from '../auth-client/auth-client.ts'
import { authClientDocument, maskedFields } from '../auth-client/auth-client-document.ts'
import type { EndpointRules } from '../auth-client/endpoints.ts'
import type { SecretParts } from '../deps.ts'
import { callbackUrl } from '../oauth/callback-url.ts'
import { demandPerson } from '../owners.ts'
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

/**
 * Whether the principal is an owner in person. Whoever changes an auth client says where the credentials and tokens of all who connect
 * through it are sent: that is not for everybody with whom it is shared.
 */
export function ownsInPerson({ id, tenant }: Principal, { tenantId, owners }: AuthClient): boolean {
  return tenant === tenantId && owners.some((owner) => owner.type === 'USER' && owner.id === id)
}

/** Throws `forbidden` unless the principal may change the client. */
export function demandPersonalOwner(principal: Principal, client: AuthClient): void {
  demandPerson(principal)
  if (ownsInPerson(principal, client) || seesEverything(principal)) return
  throw new HubError('forbidden', 'Cannot do this as the caller must be an owner of the auth client in person')
}

/** Whether the principal sees the client's credentials in clear: an owner in person with the permission. */
export function seesCredentials(principal: Principal, client: AuthClient): boolean {
  return ownsInPerson(principal, client) && can(principal, permissions.readRawClient)
}
