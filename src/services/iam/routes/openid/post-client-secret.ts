import { Type } from 'typebox'
import { HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import { actingNow } from '../../acting.ts'
import { asSystem } from '../../as-system.ts'
import { actor, found, type IamParts } from '../../deps.ts'
import { IdParams } from '../../documents.ts'
import { keepsSecret } from '../../openid/client.ts'
import { ClientWithSecret, clientDocument } from '../../openid/client-document.ts'
import { lockClient, renewSecret } from '../../openid/client-store.ts'
import { permissions } from '../../permissions.ts'
import { Duration, secondsOf } from '../../token/lifespan.ts'
import { newToken, tokenHash } from '../../token/token-text.ts'

const Query = Type.Object({ overlap: Type.Optional(Duration) }, { additionalProperties: false })

/** `POST /clients/:id/secret`: the one before is refused from now on, or after the overlap. */
export const postClientSecret = ({ db, bus, clock }: Pick<IamParts, 'db' | 'bus' | 'clock'>) =>
  route({
    method: 'POST',
    path: '/api/v1/clients/:id/secret',
    summary: 'Give a client of the OpenID provider a new secret; the one before is refused at once, or after `overlap`',
    permission: permissions.clientUpdate,
    params: IdParams,
    query: Query,
    response: { 201: ClientWithSecret },
    errors: ['not-found', 'conflict'],
    async handle({ params, query: { overlap }, principal }) {
      const secret = newToken()
      const seconds = (overlap !== undefined && secondsOf(overlap, 'overlap')) || 0
      const client = await asSystem(db, async (tx) => {
        await actingNow({ clock }, tx, principal, permissions.clientUpdate)
        const before = found(await lockClient(tx, params.id), 'client')
        if (!keepsSecret(before.type)) {
          const message = `Cannot give it a secret as its type must be "web" or "service": it is "${before.type}"`
          throw new HubError('conflict', message)
        }
        const now = clock()
        const after = { ...before, changedAt: now }
        const formerUntil = new Date(now.getTime() + seconds * 1000)
        await renewSecret(tx, after, { secretHash: tokenHash(secret), formerUntil })
        const payload = { ...actor(principal), id: after.id, changed: ['secret'], before: {}, after: {} }
        await bus.publish(tx, { name: 'iam.client.modified', payload })
        return after
      })
      return { status: 201, body: { ...clientDocument(client), secret } }
    },
  })
