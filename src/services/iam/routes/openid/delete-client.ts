import { route } from '#lib/http/route'
import { actingNow } from '../../acting.ts'
import { asSystem } from '../../as-system.ts'
import { actor, found, type IamParts } from '../../deps.ts'
import { Created, IdParams } from '../../documents.ts'
import { deleteClient, lockClient } from '../../openid/client-store.ts'
import { permissions } from '../../permissions.ts'

/** `DELETE /clients/:id`: its tokens are void at once. */
export const deleteClientRoute = ({ db, bus, clock }: Pick<IamParts, 'db' | 'bus' | 'clock'>) =>
  route({
    method: 'DELETE',
    path: '/api/v1/clients/:id',
    summary: 'Delete a client of the OpenID provider, with all that users have granted it',
    permission: permissions.clientDelete,
    params: IdParams,
    response: { 200: Created },
    errors: ['not-found'],
    async handle({ params, principal }) {
      const { id } = await asSystem(db, async (tx) => {
        await actingNow({ clock }, tx, principal, permissions.clientDelete)
        const client = found(await lockClient(tx, params.id), 'client')
        await deleteClient(tx, client.id)
        const payload = { ...actor(principal), id: client.id, name: client.name }
        await bus.publish(tx, { name: 'iam.client.deleted', payload })
        return client
      })
      return { status: 200, body: { id } }
    },
  })
