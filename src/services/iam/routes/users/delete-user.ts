import { HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import { seesEverything } from '#lib/principal'
import { actingNow } from '../../acting.ts'
import { asSystem } from '../../as-system.ts'
import { actor, found, type IamParts } from '../../deps.ts'
import { Created, IdParams } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { withdrawTokens } from '../../token/withdraw-token.ts'
import { demandOtherAdmin, isAdmin, notAPerson } from '../../user/user-modification.ts'
import { deleteUser, findUserById, lockUser } from '../../user/user-store.ts'

/** `DELETE /users/:id`: whoever keeps something of the user hears of it by the event. */
export const deleteUserRoute = ({ db, bus, clock }: Pick<IamParts, 'db' | 'bus' | 'clock'>) =>
  route({
    method: 'DELETE',
    path: '/api/v1/users/:id',
    summary: 'Delete a user',
    permission: permissions.accountDelete,
    params: IdParams,
    response: { 200: Created },
    errors: ['not-found', 'conflict'],
    async handle({ params: { id }, principal }) {
      // Not the principal's scope: the permission is the platform's.
      await asSystem(db, async (tx) => {
        await lockUser(tx, id)
        const current = await actingNow({ clock }, tx, principal, permissions.accountDelete)
        const user = found(await findUserById(tx, id), 'user')
        if (user.kind !== 'user') throw notAPerson()
        const isBeyondTenants = user.everywhere.length > 0 || user.roles.some(({ platform }) => platform)
        if (isBeyondTenants && !seesEverything(current)) {
          throw new HubError('forbidden', 'Cannot delete this user as it may do more than you')
        }
        if (isAdmin(user)) await demandOtherAdmin(tx, user.id)
        await withdrawTokens({ bus }, tx, { userId: user.id }, { by: principal, reason: 'accountDeleted' })
        await deleteUser(tx, user.id)
        const payload = { ...actor(principal), id: user.id, ...(user.tenantId && { tenantId: user.tenantId }) }
        await bus.publish(tx, { name: 'iam.user.deleted', payload })
      })
      return { status: 200, body: { id } }
    },
  })
