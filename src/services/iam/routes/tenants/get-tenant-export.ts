import { route } from '#lib/http/route'
import type { IamParts } from '../../deps.ts'
import { IdParams } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { exportTenant } from '../../transfer/tenant-export.ts'
import { TenantFile } from '../../transfer/tenant-file.ts'

/** `GET /tenants/:id/export` */
export const getTenantExport = (parts: IamParts) =>
  route({
    method: 'GET',
    path: '/api/v1/tenants/:id/export',
    summary: 'Take a tenant out as a file, with its roles and users and the hashes of their passwords',
    permission: permissions.tenantExport,
    params: IdParams,
    response: { 200: TenantFile },
    errors: ['not-found', 'conflict'],
    async handle({ params, principal }) {
      const body = await exportTenant(parts, principal, params.id)
      const disposition = `attachment; filename="tenant-${body.tenant.id}.json"`
      return { status: 200, body, headers: { 'content-disposition': disposition } }
    },
  })
