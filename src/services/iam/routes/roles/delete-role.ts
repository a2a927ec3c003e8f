import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import { actingNow } from '../../acting.ts'
import { actor, found, type IamParts } from '../../deps.ts'
import { Created, IdParams } from '../../documents.ts'
import { catalogueOf } from '../../permission/permission-store.ts'
import { permissions } from '../../permissions.ts'
import { demandOwnRole, demandRoleAuthority } from '../../role/role-rules.ts'
import { deleteRole, findRolesById, lockRole } from '../../role/role-store.ts'

/** `DELETE /roles/:id`: takes it from all who have it. */
export const deleteRoleRoute = ({ db, bus, clock, catalogue }: Pick<IamParts, 'db' | 'bus' | 'clock' | 'catalogue'>) =>
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
        const role = found(await lockRole(tx, id), 'role')
        const current = await actingNow({ clock }, tx, principal, permissions.rolesDelete)
        demandRoleAuthority(current, await catalogueOf(tx, catalogue), role)
        const { name, tenantId } = role
        await deleteRole(tx, role.id)
        const payload = { ...actor(principal), id: role.id, name, ...(tenantId && { tenantId }) }
        await bus.publish(tx, { name: 'iam.role.deleted', payload })
      })
      return { status: 200, body: { id } }
    },
  })
