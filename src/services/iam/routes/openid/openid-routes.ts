import type { Route } from '#lib/http/route'
import type { TokenLookup } from '#lib/principal'
import type { IamParts } from '../../deps.ts'
import type { Login } from '../../login/login.ts'
import { createInteractions } from '../../openid/interaction.ts'
import { createOpenidProvider } from '../../openid/provider.ts'
import { createSignInPace } from '../../openid/sign-in-pace.ts'
import { deleteClientRoute } from './delete-client.ts'
import { getClient, getClients } from './get-clients.ts'
import { getJwks } from './get-jwks.ts'
import { interactionRoutes } from './interaction-routes.ts'
import { myGrantRoutes } from './my-grants.ts'
import { patchClient } from './patch-client.ts'
import { postClient } from './post-client.ts'
import { postClientSecret } from './post-client-secret.ts'
import { postSigningKey } from './post-signing-key.ts'
import { providerRoutes } from './provider-routes.ts'

/** Everything of the OpenID provider, and of the administration of its clients and keys. */
export function openidRoutes(parts: IamParts, guards: { login: Login; lookupToken: TokenLookup }): Route[] {
  const provider = createOpenidProvider({ ...parts, lookupToken: guards.lookupToken })
  return [
    getClients(parts),
    postClient(parts),
    getClient(parts),
    patchClient(parts),
    deleteClientRoute(parts),
    postClientSecret(parts),
    postSigningKey(parts, provider.keys),
    ...myGrantRoutes(parts, provider.store),
    getJwks(provider.keys, '/.well-known/jwks.json'),
    getJwks(provider.keys, '/op/jwks'),
    ...providerRoutes(provider, createSignInPace(parts)),
    ...interactionRoutes(createInteractions(parts, provider, guards)),
  ]
}
