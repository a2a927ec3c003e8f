import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { pagingOf } from '#lib/paging'
import { scopeOf } from '#lib/scope'
import type { IamParts } from '../../deps.ts'
import { ListOf, listBody, listQuery, RoleDocument, roleDocument } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { listRoles } from '../../role/role-store.ts'

/** `GET /roles`. */
export const getRoles = ({ db }: Pick<IamParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/roles',
    summary: 'List the roles of the hub and of the tenant, for admins those of all tenants',
    permission: permissions.rolesRead,
    query: Type.Object(listQuery, { additionalProperties: false }),
    response: { 200: ListOf(RoleDocument) },
    async handle({ query, principal }) {
      const paging = pagingOf(query)
      const { items, total } = await db.transaction(scopeOf(principal), (tx) => listRoles(tx, paging))
      return { status: 200, body: listBody(query, items.map(roleDocument), paging.meta(total)) }
    },
  })
