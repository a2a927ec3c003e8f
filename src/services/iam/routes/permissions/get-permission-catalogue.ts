import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { seesEverything } from '#lib/principal'
import { asSystem } from '../../as-system.ts'
import type { IamParts } from '../../deps.ts'
import { PermissionDocument, permissionDocument } from '../../documents.ts'
import { listPermissions } from '../../permission/permission-store.ts'

/** `GET /permissions/catalogue`: `GET /permissions` has the names alone, as existing clients want them. */
export const getPermissionCatalogue = ({ db }: Pick<IamParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/permissions/catalogue',
    summary: 'List the permissions with what they allow, for admins also those that only they may give',
    permission: 'signed-in',
    response: { 200: Type.Object({ data: Type.Array(PermissionDocument) }) },
    async handle({ principal }) {
      const all = await asSystem(db, listPermissions)
      const shown = all.filter(({ scope }) => scope === 'tenant' || seesEverything(principal))
      return { status: 200, body: { data: shown.map(permissionDocument) } }
    },
  })
