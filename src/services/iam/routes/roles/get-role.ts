import { route } from '#lib/http/route'
import { scopeOf } from '#lib/scope'
import { found, type IamParts } from '../../deps.ts'
import { IdParams, RoleDocument, roleDocument } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { findRolesById } from '../../role/role-store.ts'

/** `GET /roles/:id`: unknown roles and those of other tenants look the same. */
export const getRole = ({ db }: Pick<IamParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/roles/:id',
    summary: 'Read a role of the hub or of the tenant',
    permission: permissions.rolesRead,
    params: IdParams,
    response: { 200: RoleDocument },
    errors: ['not-found'],
    async handle({ params, principal }) {
      const [role] = await db.transaction(scopeOf(principal), (tx) => findRolesById(tx, [params.id]))
      return { status: 200, body: roleDocument(found(role, 'role')) }
    },
  })
