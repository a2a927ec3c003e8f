import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { asSystem } from '../as-system.ts'
import { actor, type IamParts } from '../deps.ts'
import { deleteTokenById } from '../token-store.ts'

/** `POST /logout`: twice is once. */
export const postLogout = ({ db, bus }: Pick<IamParts, 'db' | 'bus'>) =>
  route({
    method: 'POST',
    path: '/logout',
    summary: 'Withdraw the token of this request, and no other',
    permission: 'signed-in',
    response: { 200: Type.Object({ loggedOut: Type.Literal(true) }) },
    async handle({ principal }) {
      // Not the principal's scope: the token of an account without tenant would be out of it.
      await asSystem(db, async (tx) => {
        if (!(await deleteTokenById(tx, principal.tokenId))) return
        const payload = {
          ...actor(principal),
          id: principal.tokenId,
          accountId: principal.id,
          reason: 'logout',
        } as const
        await bus.publish(tx, { name: 'iam.token.deleted', payload })
      })
      return { status: 200, body: { loggedOut: true as const } }
    },
  })
