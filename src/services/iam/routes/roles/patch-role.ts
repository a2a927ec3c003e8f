import { type Static, Type } from 'typebox'
import { route } from '#lib/http/route'
import type { Tx } from '#lib/postgres'
import type { Principal } from '#lib/principal'
import { scopeOf } from '#lib/scope'
import { actingNow } from '../../acting.ts'
import { actor, found, type IamParts } from '../../deps.ts'
import { IdParams, RoleDocument, roleDocument } from '../../documents.ts'
import { catalogueOf } from '../../permission/permission-store.ts'
import { permissions } from '../../permissions.ts'
import type { Role } from '../../role/role.ts'
import { roleBody } from '../../role/role-body.ts'
import {
  checkRoleName,
  checkRolePermissions,
  demandOwnRole,
  demandRoleAuthority,
  roleTaken,
} from '../../role/role-rules.ts'
import { findRolesById, lockRole, updateRole } from '../../role/role-store.ts'
import { isViolation } from '../../violation.ts'

const Body = Type.Partial(Type.Object(roleBody), { additionalProperties: false })
const fields = ['name', 'description', 'permissions'] as const

/** `PATCH /roles/:id`: what is absent stays. Whoever has the role may do more or less from that moment on. */
export const patchRole = (parts: IamParts) =>
  route({
    method: 'PATCH',
    path: '/api/v1/roles/:id',
    summary: 'Change a role of the tenant',
    permission: permissions.rolesUpdate,
    params: IdParams,
    body: Body,
    response: { 200: RoleDocument },
    errors: ['forbidden', 'not-found', 'conflict'],
    async handle({ params, body, principal }) {
      if (body.name !== undefined) checkRoleName(body.name)
      try {
        const role = await parts.db.transaction(scopeOf(principal), (tx) =>
          change(parts, tx, principal, params.id, body),
        )
        return { status: 200, body: roleDocument(role) }
      } catch (error) {
        throw isViolation(error, 'role_name') ? roleTaken() : error
      }
    },
  })

async function change(
  { bus, clock, catalogue }: IamParts,
  tx: Tx,
  principal: Principal,
  id: string,
  body: Static<typeof Body>,
): Promise<Role> {
  demandOwnRole(found((await findRolesById(tx, [id]))[0], 'role'))
  const before = found(await lockRole(tx, id), 'role')
  const known = await catalogueOf(tx, catalogue)
  const current = await actingNow({ clock }, tx, principal, permissions.rolesUpdate)
  demandRoleAuthority(current, known, before)
  const added = (body.permissions ?? []).filter((name) => !before.permissions.includes(name))
  checkRolePermissions(current, known, added)
  const after: Role = { ...before, ...body }
  const changed = fields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
  if (changed.length === 0) return before
  await updateRole(tx, after, clock())
  const tell = (role: Role) =>
    Object.fromEntries(changed.flatMap((field) => (role[field] === '' ? [] : [[field, role[field]]])))
  const { tenantId } = after
  const payload = {
    ...actor(principal),
    id: before.id,
    ...(tenantId && { tenantId }),
    changed,
    before: tell(before),
    after: tell(after),
  }
  await bus.publish(tx, { name: 'iam.role.modified', payload })
  return after
}
