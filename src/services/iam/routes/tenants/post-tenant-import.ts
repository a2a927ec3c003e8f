import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { Id } from '#lib/schema'
import type { IamParts } from '../../deps.ts'
import { permissions } from '../../permissions.ts'
import { TenantFile } from '../../transfer/tenant-file.ts'
import { importTenant } from '../../transfer/tenant-import.ts'

const Query = Type.Object(
  { dryRun: Type.Optional(Type.Boolean({ default: false, description: 'Look for faults and change nothing' })) },
  { additionalProperties: false },
)

const Imported = Type.Object({
  id: Id,
  name: Type.String(),
  roles: Type.Integer({ description: 'How many' }),
  users: Type.Integer({ description: 'How many' }),
  dryRun: Type.Boolean(),
})

/** `POST /tenants/import`: all of the file or nothing. */
export const postTenantImport = (parts: IamParts) =>
  route({
    method: 'POST',
    path: '/api/v1/tenants/import',
    summary: 'Bring in a tenant from a file that this or another hub has exported',
    description:
      'Everything keeps its id. Where a part of it cannot be taken in, nothing is, and every fault is named.',
    permission: permissions.tenantImport,
    query: Query,
    body: TenantFile,
    bodyLimit: 33_554_432,
    response: { 200: Imported },
    errors: ['conflict'],
    async handle({ query: { dryRun = false }, body, principal }) {
      const { tenant, roles, users } = await importTenant(parts, principal, body, { dryRun })
      const counts = { roles: roles.length, users: users.length }
      return { status: 200, body: { id: tenant.id, name: tenant.name, ...counts, dryRun } }
    },
  })
