import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { Id } from '#lib/schema'
import type { IamParts } from '../../deps.ts'
import { Created } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { endMembership } from '../../tenant/membership-end.ts'

/** `DELETE /tenants/:id/user/:userId` */
export const deleteTenantUser = (parts: IamParts) =>
  route({
    method: 'DELETE',
    path: '/api/v1/tenants/:id/user/:userId',
    summary: 'Take a user out of a tenant; one who belongs to nothing else is deleted',
    permission: permissions.memberDelete,
    params: Type.Object({ id: Id, userId: Id }),
    response: { 200: Created },
    errors: ['forbidden', 'not-found'],
    async handle({ params: { id, userId }, principal }) {
      await endMembership(parts, principal, { userId, tenantId: id })
      return { status: 200, body: { id: userId } }
    },
  })
