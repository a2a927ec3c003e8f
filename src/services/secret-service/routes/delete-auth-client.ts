import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import { AuthClientParams } from '../auth-client/auth-client-document.ts'
import { findAuthClientById } from '../auth-client/auth-client-store.ts'
import { authClientOwnership } from '../auth-client/ownership.ts'
import { found, type SecretParts } from '../deps.ts'
import { demandPersonalOwner, ownershipOf } from '../owners.ts'

/** `DELETE /auth-clients/:id` */
export const deleteAuthClient = (parts: SecretParts) =>
  route({
    method: 'DELETE',
    path: '/api/v1/auth-clients/:id',
    summary: 'Let go of an auth client',
    description:
      'By an owner in person, who is an owner no longer. With its last owner it goes, and what was obtained through it is renewed no more. An ' +
      'administrator of the hub who is none of its owners deletes it.',
    permission: 'signed-in',
    params: AuthClientParams,
    response: { 204: null },
    errors: ['not-found'],
    async handle({ params, principal }) {
      await parts.db.transaction(scopeOf(principal), async (tx) => {
        const client = found(await findAuthClientById(tx, params.id, true), 'auth client')
        demandPersonalOwner(principal, client, 'auth client')
        const owner = ownershipOf(principal, client)
        if (owner === undefined) await authClientOwnership(parts).remove(tx, client, principal)
        else await authClientOwnership(parts).disown(tx, client, owner, principal)
      })
      return { status: 204 }
    },
  })
