import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { cursorPagingOf, sortQuery } from '#lib/paging'
import { scopeOf } from '#lib/scope'
import type { IamParts } from '../../deps.ts'
import { ListOf, listAnswer, RoleDocument, roleDocument, searchableListQuery } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { listRoles, roleSorts } from '../../role/role-store.ts'

/** `GET /roles`. */
export const getRoles = ({ db }: Pick<IamParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/roles',
    summary: 'List the roles of the hub and of the tenant, for admins those of all tenants',
    permission: permissions.rolesRead,
    query: Type.Object({ ...searchableListQuery, ...sortQuery(roleSorts, 'tenant') }, { additionalProperties: false }),
    response: { 200: ListOf(RoleDocument) },
    async handle({ query, principal, url }) {
      const filter = query.search === undefined ? {} : { search: query.search }
      const paging = cursorPagingOf(query, roleSorts, 'tenant')
      const page = await db.transaction(scopeOf(principal), (tx) => listRoles(tx, filter, paging))
      return listAnswer({ query, url }, page, roleDocument)
    },
  })
