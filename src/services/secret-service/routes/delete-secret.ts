import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import { found, type SecretParts } from '../deps.ts'
import { demandPersonalOwner, ownershipOf } from '../owners.ts'
import { secretOwnership } from '../secret/ownership.ts'
import { SecretParams } from '../secret/secret-document.ts'
import { findSecretById } from '../secret/secret-store.ts'

/** `DELETE /secrets/:id` */
export const deleteSecret = (parts: SecretParts) =>
  route({
    method: 'DELETE',
    path: '/api/v1/secrets/:id',
    summary: 'Let go of a secret',
    description:
      'By an owner in person, who is its owner no longer. With its last owner the secret goes. An administrator of the hub who is none of its ' +
      'owners deletes it.',
    permission: 'signed-in',
    params: SecretParams,
    response: { 204: null },
    errors: ['not-found'],
    async handle({ params, principal }) {
      await parts.db.transaction(scopeOf(principal), async (tx) => {
        const secret = found(await findSecretById(tx, params.id, true), 'secret')
        demandPersonalOwner(principal, secret, 'secret')
        const owner = ownershipOf(principal, secret)
        if (owner === undefined) await secretOwnership(parts).remove(tx, secret, principal)
        else await secretOwnership(parts).disown(tx, secret, owner, principal)
      })
      return { status: 204 }
    },
  })
