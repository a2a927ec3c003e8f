import { Type } from 'typebox'
import { fieldError, HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { Id } from '#lib/schema'
import { scopeOf } from '#lib/scope'
import { eventFields, found, type SecretParts } from '../deps.ts'
import { demandOwnTenant, demandPersonalOwner, isSameOwner } from '../owners.ts'
import { secretDisowning } from '../secret/disowning.ts'
import type { Secret } from '../secret/secret.ts'
import { OwnerSchema, SecretAnswer, SecretParams, secretDocument } from '../secret/secret-document.ts'
import { findSecretById, updateSecret } from '../secret/secret-store.ts'

const path = '/api/v1/secrets/:id/owners'
/** More would make each reading slower. */
const MOST_OWNERS = 200

/** `POST /secrets/:id/owners` */
export const postSecretOwner = (parts: SecretParts) =>
  route({
    method: 'POST',
    path,
    summary: 'Let somebody else use a secret',
    description:
      'A user, or by the type `TENANT` all users of its tenant. A user of another tenant sees nothing of it.',
    permission: 'signed-in',
    params: SecretParams,
    body: Type.Object(
      { id: Id, type: Type.Optional({ ...OwnerSchema.properties.type, default: 'USER' }) },
      { additionalProperties: false },
    ),
    wrappable: true,
    response: { 200: SecretAnswer },
    errors: ['not-found'],
    async handle({ params, body: { id, type = 'USER' }, principal }) {
      const secret = await parts.db.transaction(scopeOf(principal), async (tx) => {
        const before = await lockOwn(tx, params.id, principal)
        demandOwnTenant({ id, type }, before.tenantId, 'id')
        if (before.owners.some((owner) => isSameOwner(owner, { id, type }))) return before
        if (before.owners.length >= MOST_OWNERS)
          throw fieldError('invalid-body', 'id', `must not be one more than ${MOST_OWNERS} owners`)
        const after = { ...before, owners: [...before.owners, { id, type }], updatedAt: parts.clock() }
        await updateSecret(tx, after)
        const payload = { ...eventFields(after, principal), ownerId: id, ownerType: type }
        await parts.bus.publish(tx, { name: 'secret-service.secret.ownerAdded', payload })
        return after
      })
      return { status: 200, body: { data: secretDocument(secret) } }
    },
  })

/** `DELETE /secrets/:id/owners?id=&type=` */
export const deleteSecretOwner = (parts: SecretParts) =>
  route({
    method: 'DELETE',
    path,
    summary: 'Take an owner from a secret that has others; who is none is none already',
    permission: 'signed-in',
    params: SecretParams,
    query: Type.Object(
      {
        id: { ...Id, description: 'The owner' },
        type: Type.Optional({ ...OwnerSchema.properties.type, default: 'USER' }),
      },
      { additionalProperties: false },
    ),
    response: { 200: SecretAnswer },
    errors: ['not-found', 'conflict'],
    async handle({ params, query: { id, type = 'USER' }, principal }) {
      const secret = await parts.db.transaction(scopeOf(principal), async (tx) => {
        const before = await lockOwn(tx, params.id, principal)
        const owner = before.owners.find((each) => isSameOwner(each, { id, type }))
        if (owner === undefined) return before
        if (before.owners.length === 1)
          throw new HubError('conflict', 'Cannot take the last owner from a secret: delete it instead')
        await secretDisowning(parts).disown(tx, before, owner, principal)
        return { ...before, owners: before.owners.filter((each) => each !== owner) }
      })
      return { status: 200, body: { data: secretDocument(secret) } }
    },
  })

async function lockOwn(tx: Tx, id: string, principal: Principal): Promise<Secret> {
  const secret = found(await findSecretById(tx, id, true), 'secret')
  demandPersonalOwner(principal, secret, 'secret')
  return secret
}
