import { Type } from 'typebox'
import { route } from '#lib/http/route'
import type { IamParts } from '../../deps.ts'
import { IdParams, StatusSchema, TenantDocument, TenantName, tenantDocument } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { modifyTenant } from '../../tenant/tenant-modification.ts'

const Body = Type.Object(
  { name: TenantName, status: Type.Optional(StatusSchema), confirmed: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
)

/** `PUT /tenants/:id`: what is absent becomes as for a new tenant. */
export const putTenant = (parts: IamParts) =>
  route({
    method: 'PUT',
    path: '/api/v1/tenants/:id',
    summary: 'Replace a tenant',
    permission: permissions.profileUpdate,
    params: IdParams,
    body: Body,
    response: { 200: TenantDocument },
    errors: ['forbidden', 'not-found'],
    async handle({ params, body: { name, status = 'ACTIVE', confirmed = true }, principal }) {
      const tenant = await modifyTenant(parts, principal, params.id, { name, status, confirmed })
      return { status: 200, body: tenantDocument(tenant) }
    },
  })
