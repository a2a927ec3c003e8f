import { HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import { actingNow } from '../../acting.ts'
import { asSystem } from '../../as-system.ts'
import { actor, found, type IamParts } from '../../deps.ts'
import { IdParams } from '../../documents.ts'
import { keepsSecret } from '../../openid/client.ts'
import { ClientWithSecret, clientDocument } from '../../openid/client-document.ts'
import { lockClient, updateClient } from '../../openid/client-store.ts'
import { permissions } from '../../permissions.ts'
import { newToken, tokenHash } from '../../token/token-text.ts'

/** `POST /clients/:id/secret`: the one before is refused from now on. */
export const postClientSecret = ({ db, bus, clock }: Pick<IamParts, 'db' | 'bus' | 'clock'>) =>
  route({
    method: 'POST',
    path: '/api/v1/clients/:id/secret',
    summary: 'Give a client of the OpenID provider a new secret in place of the one before',
    permission: permissions.clientUpdate,
    params: IdParams,
    response: { 201: ClientWithSecret },
    errors: ['not-found', 'conflict'],
    async handle({ params, principal }) {
      const secret = newToken()
      const client = await asSystem(db, async (tx) => {
        await actingNow({ clock }, tx, principal, permissions.clientUpdate)
        const before = found(await lockClient(tx, params.id), 'client')
        if (!keepsSecret(before.type)) {
          const message = `Cannot give it a secret as its type must be "web" or "service": it is "${before.type}"`
          throw new HubError('conflict', message)
        }
        const after = { ...before, changedAt: clock() }
        await updateClient(tx, after, tokenHash(secret))
        const payload = { ...actor(principal), id: after.id, changed: ['secret'], before: {}, after: {} }
        await bus.publish(tx, { name: 'iam.client.modified', payload })
        return after
      })
      return { status: 201, body: { ...clientDocument(client), secret } }
    },
  })
