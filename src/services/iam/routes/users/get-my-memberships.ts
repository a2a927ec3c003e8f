import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { Id } from '#lib/schema'
import { asSystem } from '../../as-system.ts'
import type { IamParts } from '../../deps.ts'
import { StatusSchema } from '../../documents.ts'
import { listMemberships } from '../../tenant/membership-store.ts'

const MembershipDocument = Type.Object({
  tenant: Id,
  name: Type.String(),
  status: StatusSchema,
  isDefault: Type.Boolean({ description: 'Whether a login acts in it' }),
  isCurrent: Type.Boolean({ description: 'Whether this token acts in it' }),
})

/** `GET /users/me/memberships` */
export const getMyMemberships = ({ db }: Pick<IamParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/users/me/memberships',
    summary: 'List the tenants that you belong to',
    permission: 'signed-in',
    response: { 200: Type.Object({ data: Type.Array(MembershipDocument) }) },
    async handle({ principal }) {
      const memberships = await asSystem(db, (tx) => listMemberships(tx, principal.id))
      const data = memberships.map(({ tenantId, name, status, isDefault }) => {
        return { tenant: tenantId, name, status, isDefault, isCurrent: tenantId === principal.tenant }
      })
      return { status: 200, body: { data } }
    },
  })
