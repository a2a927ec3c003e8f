import { route } from '#lib/http/route'
import type { IamParts } from '../../deps.ts'
import { Created, IdParams } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { removeTenant } from '../../tenant/tenant-deletion.ts'

/** `DELETE /tenants/:id` */
export const deleteTenantRoute = (parts: Pick<IamParts, 'db' | 'bus' | 'clock'>) =>
  route({
    method: 'DELETE',
    path: '/api/v1/tenants/:id',
    summary: 'Delete a tenant with its roles and the users who belong to nothing else',
    permission: permissions.tenantDelete,
    params: IdParams,
    response: { 200: Created },
    errors: ['not-found'],
    async handle({ params: { id }, principal }) {
      await removeTenant(parts, principal, id.toLowerCase())
      return { status: 200, body: { id } }
    },
  })
