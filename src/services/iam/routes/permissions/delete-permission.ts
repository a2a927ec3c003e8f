import { route } from '#lib/http/route'
import { actingNow } from '../../acting.ts'
import { asSystem } from '../../as-system.ts'
import { actor, found, type IamParts } from '../../deps.ts'
import { Created, IdParams } from '../../documents.ts'
import { deletePermission, demandMade, lockPermission } from '../../permission/permission-store.ts'
import { permissions } from '../../permissions.ts'

/** `DELETE /permissions/:id`: takes it from all roles, users and tokens. */
export const deletePermissionRoute = ({ db, bus, clock }: Pick<IamParts, 'db' | 'bus' | 'clock'>) =>
  route({
    method: 'DELETE',
    path: '/api/v1/permissions/:id',
    summary: 'Delete a permission that was created here, and take it from all who have it',
    permission: permissions.all,
    params: IdParams,
    response: { 200: Created },
    errors: ['not-found', 'conflict'],
    async handle({ params, principal }) {
      const { id } = await asSystem(db, async (tx) => {
        await actingNow({ clock }, tx, principal, permissions.all)
        const permission = demandMade(found(await lockPermission(tx, params.id), 'permission'))
        await deletePermission(tx, permission)
        const payload = { ...actor(principal), id: permission.id, name: permission.name }
        await bus.publish(tx, { name: 'iam.permission.deleted', payload })
        return permission
      })
      return { status: 200, body: { id } }
    },
  })
