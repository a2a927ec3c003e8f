import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import { found, type IamParts } from '../../deps.ts'
import { IdParams, TenantDocument, tenantDocument } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { findTenantById } from '../../tenant/tenant-store.ts'

/** `GET /tenants/:id` and `/tenants/:id/profile`, which are the same: unknown and foreign tenants look the same. */
export const getTenant = ({ db }: Pick<IamParts, 'db'>, { suffix }: { suffix: '' | '/profile' }) =>
  route({
    method: 'GET',
    path: `/api/v1/tenants/:id${suffix}`,
    summary: 'Read a tenant',
    permission: permissions.profileRead,
    params: IdParams,
    response: { 200: TenantDocument },
    errors: ['not-found'],
    async handle({ params, principal }) {
      const tenant = await db.transaction(scopeOf(principal), (tx) => findTenantById(tx, params.id))
      return { status: 200, body: tenantDocument(found(tenant, 'tenant')) }
    },
  })
