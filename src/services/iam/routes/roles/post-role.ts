import { Type } from 'typebox'
import { fieldError } from '#lib/errors'
import { route } from '#lib/http/route'
import { newId } from '#lib/id'
import { type Principal, seesEverything } from '#lib/principal'
import { Id } from '#lib/schema'
import { scopeOf } from '#lib/scope'
import { actingNow } from '../../acting.ts'
import { actor, found, type IamParts } from '../../deps.ts'
import { RoleDocument, roleDocument } from '../../documents.ts'
import { catalogueOf } from '../../permission/permission-store.ts'
import { permissions } from '../../permissions.ts'
import type { Role } from '../../role/role.ts'
import { roleBody } from '../../role/role-body.ts'
import { checkRoleName, checkRolePermissions, roleTaken } from '../../role/role-rules.ts'
import { insertRole } from '../../role/role-store.ts'
import { findTenantById } from '../../tenant/tenant-store.ts'

const Body = Type.Object(
  {
    name: roleBody.name,
    description: Type.Optional(roleBody.description),
    permissions: Type.Optional(roleBody.permissions),
    tenant: Type.Optional({ ...Id, description: 'For administrators of the hub; default: your own' }),
  },
  { additionalProperties: false },
)

/** `POST /roles`: a role of a tenant. Those of the hub come with it. */
export const postRole = ({ db, bus, clock, catalogue }: IamParts) =>
  route({
    method: 'POST',
    path: '/api/v1/roles',
    summary: 'Create a role of the tenant',
    permission: permissions.rolesCreate,
    body: Body,
    response: { 200: RoleDocument },
    errors: ['forbidden', 'not-found', 'conflict'],
    async handle({ body, principal }) {
      checkRoleName(body.name)
      const tenantId = tenantOfRole(principal, body.tenant)
      const { name, description = '', permissions: given = [] } = body
      const role: Role = { id: newId(), tenantId, platform: false, name, description, permissions: given }
      await db.transaction(scopeOf(principal), async (tx) => {
        const current = await actingNow({ clock }, tx, principal, permissions.rolesCreate)
        found(await findTenantById(tx, tenantId), 'tenant', 'tenant')
        checkRolePermissions(current, await catalogueOf(tx, catalogue), given)
        if (!(await insertRole(tx, role, clock()))) throw roleTaken()
        const payload = { ...actor(principal), id: role.id, name, tenantId, permissions: given }
        await bus.publish(tx, { name: 'iam.role.created', payload })
      })
      return { status: 200, body: roleDocument(role) }
    },
  })

function tenantOfRole(principal: Principal, wanted: string | undefined): string {
  const tenant = wanted?.toLowerCase() ?? principal.tenant
  if (tenant === undefined) {
    throw fieldError('invalid-body', 'tenant', 'must name the tenant of the role, as you act in none')
  }
  if (tenant === principal.tenant || seesEverything(principal)) return tenant
  throw fieldError('forbidden', 'tenant', 'must be your own')
}
