import { Type } from 'typebox'
import { route } from '#lib/http/route'
import type { IamParts } from '../../deps.ts'
import { IdParams, StatusSchema, TenantDocument, TenantName, tenantDocument } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { modifyTenant } from '../../tenant/tenant-modification.ts'

const Body = Type.Partial(Type.Object({ name: TenantName, status: StatusSchema, confirmed: Type.Boolean() }), {
  additionalProperties: false,
})

/** `PATCH /tenants/:id`: what is absent stays. */
export const patchTenant = (parts: IamParts) =>
  route({
    method: 'PATCH',
    path: '/api/v1/tenants/:id',
    summary: 'Change a tenant',
    permission: permissions.profileUpdate,
    params: IdParams,
    body: Body,
    response: { 200: TenantDocument },
    errors: ['forbidden', 'not-found'],
    async handle({ params, body, principal }) {
      return { status: 200, body: tenantDocument(await modifyTenant(parts, principal, params.id, body)) }
    },
  })
