import { type Static, Type } from 'typebox'
import { route } from '#lib/http/route'
import { Id } from '#lib/schema'
import { scopeOf } from '#lib/scope'
import { asSystem } from '../../as-system.ts'
import { found, type IamParts } from '../../deps.ts'
import { IdParams, RoleDocument, roleDocument, StatusSchema } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { listMemberships, type Membership } from '../../tenant/membership-store.ts'
import { findUserById } from '../../user/user-store.ts'

const fields = {
  tenant: Id,
  name: Type.String(),
  status: StatusSchema,
  isDefault: Type.Boolean({ description: 'Whether a login acts in it' }),
  roles: Type.Array(RoleDocument, { description: 'In this tenant' }),
  permissions: Type.Array(Type.String(), { description: 'Those given directly, in this tenant' }),
}
const MembershipDocument = Type.Object(fields, { additionalProperties: false })
const MyMembershipDocument = Type.Object(
  { ...fields, isCurrent: Type.Boolean({ description: 'Whether this token acts in it' }) },
  { additionalProperties: false },
)

/** `GET /users/:id/memberships`: a tenant sees the one in itself. */
export const getUserMemberships = ({ db }: Pick<IamParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/users/:id/memberships',
    summary: 'List the tenants that a user belongs to, as far as you see them, with the roles in each',
    permission: permissions.memberRead,
    params: IdParams,
    response: { 200: Type.Object({ data: Type.Array(MembershipDocument) }) },
    errors: ['not-found'],
    async handle({ params: { id }, principal }) {
      const memberships = await db.transaction(scopeOf(principal), async (tx) => {
        found(await findUserById(tx, id), 'user')
        return listMemberships(tx, id)
      })
      return { status: 200, body: { data: memberships.map(membershipDocument) } }
    },
  })

/** `GET /users/me/memberships`: all of them, whichever tenant the token acts in. */
export const getMyMemberships = ({ db }: Pick<IamParts, 'db'>) =>
  route({
    method: 'GET',
    path: '/api/v1/users/me/memberships',
    summary: 'List the tenants that you belong to, with your roles in each',
    permission: 'signed-in',
    response: { 200: Type.Object({ data: Type.Array(MyMembershipDocument) }) },
    async handle({ principal }) {
      const memberships = await asSystem(db, (tx) => listMemberships(tx, principal.id))
      const data = memberships.map((membership) => {
        return { ...membershipDocument(membership), isCurrent: membership.tenantId === principal.tenant }
      })
      return { status: 200, body: { data } }
    },
  })

function membershipDocument(membership: Membership): Static<typeof MembershipDocument> {
  const { tenantId, name, status, isDefault, roles, permissions } = membership
  return { tenant: tenantId, name, status, isDefault, roles: roles.map(roleDocument), permissions: [...permissions] }
}
