import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import { actor, found, type IamParts } from '../deps.ts'
import { Created, IdParams } from '../documents.ts'
import { permissions } from '../permissions.ts'
import { demandOwnRole } from '../role-rules.ts'
import { deleteRole, findRolesById, lockRole } from '../role-store.ts'

/** `DELETE /roles/:id`: takes it from all who have it. */
export const deleteRoleRoute = ({ db, bus }: Pick<IamParts, 'db' | 'bus'>) =>
  route({
    method: 'DELETE',
    path: '/api/v1/roles/:id',
    summary: 'Delete a role of the tenant and take it from all who have it',
    permission: permissions.rolesDelete,
    params: IdParams,
    response: { 200: Created },
    errors: ['forbidden', 'not-found'],
    async handle({ params: { id }, principal }) {
      await db.transaction(scopeOf(principal), async (tx) => {
        demandOwnRole(found((await findRolesById(tx, [id]))[0], 'role'))
        const { name, tenantId } = found(await lockRole(tx, id), 'role')
        await deleteRole(tx, id)
        const payload = { ...actor(principal), id, name, ...(tenantId && { tenantId }) }
        await bus.publish(tx, { name: 'iam.role.deleted', payload })
      })
      return { status: 200, body: { id } }
    },
  })
