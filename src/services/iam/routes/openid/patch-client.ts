import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { actingNow } from '../../acting.ts'
import { asSystem } from '../../as-system.ts'
import { actor, found, type IamParts } from '../../deps.ts'
import { IdParams } from '../../documents.ts'
import { type Client, checkClient } from '../../openid/client.ts'
import { ClientDocument, clientBody, clientDocument } from '../../openid/client-document.ts'
import { lockClient, updateClient } from '../../openid/client-store.ts'
import { permissions } from '../../permissions.ts'

const { name, redirectUris, postLogoutRedirectUris, trusted } = clientBody
const Body = Type.Partial(Type.Object({ name, redirectUris, postLogoutRedirectUris, trusted }), {
  additionalProperties: false,
})

/** `PATCH /clients/:id`: what kind of application it is stays. */
export const patchClient = ({ db, bus, clock }: Pick<IamParts, 'db' | 'bus' | 'clock'>) =>
  route({
    method: 'PATCH',
    path: '/api/v1/clients/:id',
    summary: 'Change a client of the OpenID provider',
    permission: permissions.clientUpdate,
    params: IdParams,
    body: Body,
    response: { 200: ClientDocument },
    errors: ['not-found'],
    async handle({ params, body, principal }) {
      const client = await asSystem(db, async (tx) => {
        await actingNow({ clock }, tx, principal, permissions.clientUpdate)
        const before = found(await lockClient(tx, params.id), 'client')
        const after: Client = { ...before, ...body, changedAt: clock() }
        const change = changesOf(before, after)
        if (change === undefined) return before
        checkClient(after)
        await updateClient(tx, after)
        await bus.publish(tx, {
          name: 'iam.client.modified',
          payload: { ...actor(principal), id: after.id, ...change },
        })
        return after
      })
      return { status: 200, body: clientDocument(client) }
    },
  })

/** What the event tells: addresses, which may hold credentials, by the name of the field alone. */
function changesOf(before: Client, after: Client) {
  const fields = ['name', 'redirectUris', 'postLogoutRedirectUris', 'trusted'] as const
  const changed = fields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
  if (changed.length === 0) return undefined
  const tell = (client: Client): { name?: string; trusted?: boolean } =>
    Object.fromEntries(changed.flatMap((field) => (field.endsWith('Uris') ? [] : [[field, client[field]]])))
  return { changed, before: tell(before), after: tell(after) }
}
