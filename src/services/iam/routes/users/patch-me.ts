import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { principalNow } from '../../acting.ts'
import { asSystem } from '../../as-system.ts'
import { actor, found, type IamParts } from '../../deps.ts'
import { AccountDocument } from '../../documents.ts'
import { demandLogin } from '../../token/token-access.ts'
import { accountOfToken } from '../../token/token-account.ts'
import { NullableName, withNames } from '../../user/user-body.ts'
import { changeUser } from '../../user/user-change.ts'
import { findUserById, lockUser, updateUser } from '../../user/user-store.ts'

const Body = Type.Partial(Type.Object({ firstname: NullableName, lastname: NullableName }), {
  additionalProperties: false,
})

/** `PATCH /users/me`: everybody's own names, and nothing else. */
export const patchMe = (parts: Pick<IamParts, 'db' | 'bus' | 'clock'>) =>
  route({
    method: 'PATCH',
    path: '/api/v1/users/me',
    summary: 'Change the names of your own account, by a login',
    permission: 'signed-in',
    body: Body,
    response: { 200: AccountDocument },
    errors: ['forbidden'],
    async handle({ body, principal }) {
      // Not the principal's scope: a member of several tenants is nobody's alone, but its own.
      await asSystem(parts.db, async (tx) => {
        await lockUser(tx, principal.id)
        await principalNow(parts, tx, principal)
        await demandLogin(parts, tx, principal)
        const before = found(await findUserById(tx, principal.id), 'user')
        const { user, changed } = changeUser(before, withNames(body), parts.clock())
        if (changed.length === 0) return
        await updateUser(tx, user, undefined)
        const payload = { ...actor(principal), id: user.id, changed: [...changed], before: {}, after: {} }
        await parts.bus.publish(tx, { name: 'iam.user.modified', payload })
      })
      return { status: 200, body: await accountOfToken(parts, principal.tokenId) }
    },
  })
