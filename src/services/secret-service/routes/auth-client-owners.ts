import { Type } from 'typebox'
import { fieldError, HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { Id } from '#lib/schema'
import { scopeOf } from '#lib/scope'
import { AuthClientAnswer, AuthClientParams, authClientDocument } from '../auth-client/auth-client-document.ts'
import { findAuthClientById, type StoredAuthClient, updateAuthClient } from '../auth-client/auth-client-store.ts'
import { authClientDisowning } from '../auth-client/disowning.ts'
import { eventFields, found, type SecretParts } from '../deps.ts'
import { demandOwnTenant, demandPersonalOwner, isSameOwner } from '../owners.ts'
import { OwnerSchema } from '../secret/secret-document.ts'

type Parts = Pick<SecretParts, 'db' | 'bus' | 'clock'>

const path = '/api/v1/auth-clients/:id/owners'
/** As many as can be named when it is made. */
const MOST_OWNERS = 100

/** `POST /auth-clients/:id/owners` */
export const postAuthClientOwner = (parts: Parts) =>
  route({
    method: 'POST',
    path,
    summary: 'Let somebody else connect through an auth client',
    description:
      'By an owner in person. With the type `TENANT` all users of the tenant may connect through it; whoever is named in person may also change it.',
    permission: 'signed-in',
    params: AuthClientParams,
    body: Type.Object(
      { id: Id, type: Type.Optional({ ...OwnerSchema.properties.type, default: 'USER' }) },
      { additionalProperties: false },
    ),
    wrappable: true,
    response: { 200: AuthClientAnswer },
    errors: ['not-found'],
    async handle({ params, body: { id, type = 'USER' }, principal }) {
      const client = await parts.db.transaction(scopeOf(principal), async (tx) => {
        const before = await lockOwn(tx, params.id, principal)
        demandOwnTenant({ id, type }, before.tenantId, 'id')
        if (before.owners.some((owner) => isSameOwner(owner, { id, type }))) return before
        if (before.owners.length >= MOST_OWNERS)
          throw fieldError('invalid-body', 'id', `must not be one more than ${MOST_OWNERS} owners`)
        const after = { ...before, owners: [...before.owners, { id, type }], updatedAt: parts.clock() }
        await updateAuthClient(tx, after)
        const payload = { ...eventFields(after, principal), type: after.type, changed: ['owners'] }
        await parts.bus.publish(tx, { name: 'secret-service.auth-client.modified', payload })
        return after
      })
      return { status: 200, body: { data: authClientDocument(client) } }
    },
  })

/** `DELETE /auth-clients/:id/owners?id=&type=` */
export const deleteAuthClientOwner = (parts: Parts) =>
  route({
    method: 'DELETE',
    path,
    summary: 'Take an owner from an auth client that has others; who is none is none already',
    permission: 'signed-in',
    params: AuthClientParams,
    query: Type.Object(
      {
        id: { ...Id, description: 'The owner' },
        type: Type.Optional({ ...OwnerSchema.properties.type, default: 'USER' }),
      },
      { additionalProperties: false },
    ),
    response: { 200: AuthClientAnswer },
    errors: ['not-found', 'conflict'],
    async handle({ params, query: { id, type = 'USER' }, principal }) {
      const client = await parts.db.transaction(scopeOf(principal), async (tx) => {
        const before = await lockOwn(tx, params.id, principal)
        const owner = before.owners.find((each) => isSameOwner(each, { id, type }))
        if (owner === undefined) return before
        if (before.owners.length === 1)
          throw new HubError('conflict', 'Cannot take the last owner from an auth client: delete it instead')
        await authClientDisowning(parts).disown(tx, before, owner, principal)
        return { ...before, owners: before.owners.filter((each) => each !== owner) }
      })
      return { status: 200, body: { data: authClientDocument(client) } }
    },
  })

async function lockOwn(tx: Tx, id: string, principal: Principal): Promise<StoredAuthClient> {
  const client = found(await findAuthClientById(tx, id, true), 'auth client')
  demandPersonalOwner(principal, client, 'auth client')
  return client
}
