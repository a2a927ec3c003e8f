import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { Id, Moment } from '#lib/schema'
import { actingNow } from '../../acting.ts'
import { asSystem } from '../../as-system.ts'
import type { IamParts } from '../../deps.ts'
import type { SigningKeys } from '../../openid/signing-keys.ts'
import { permissions } from '../../permissions.ts'

/** `POST /signing-keys`: the key before stays published until all that it has signed is over. */
export const postSigningKey = ({ db, clock }: Pick<IamParts, 'db' | 'clock'>, keys: Pick<SigningKeys, 'rotate'>) =>
  route({
    method: 'POST',
    path: '/api/v1/signing-keys',
    summary: 'Have the OpenID provider sign with a new key at once; it does so by itself every 30 days',
    permission: permissions.signingKeyCreate,
    response: { 201: Type.Object({ id: Id, createdAt: Moment }) },
    async handle({ principal }) {
      const { id, createdAt } = await asSystem(db, async (tx) => {
        await actingNow({ clock }, tx, principal, permissions.signingKeyCreate)
        return keys.rotate(tx, principal)
      })
      return { status: 201, body: { id, createdAt: createdAt.toISOString() } }
    },
  })
