import { Type } from 'typebox'
import { HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import { type Principal, seesEverything } from '#lib/principal'
import { Id } from '#lib/schema'
import { actingNow } from '../../acting.ts'
import { asSystem } from '../../as-system.ts'
import { actor, found, type IamParts } from '../../deps.ts'
import { UserDocument, userDocument } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { scopeOfTenant } from '../../tenant/tenant-scope.ts'
import { findTenantById } from '../../tenant/tenant-store.ts'
import { userBody } from '../../user/user-body.ts'
import { checkRights, modifyRights } from '../../user/user-modification.ts'
import { findUserById, insertMember, lockUser } from '../../user/user-store.ts'

const { roles, permissions: given } = userBody
const Body = Type.Object(
  { roles: Type.Optional(roles), permissions: Type.Optional(given) },
  { additionalProperties: false },
)

/**
 * `PUT /tenants/:id/users/:userId`: what a member may do there; absent = stays. Only those who see all take in a user who exists elsewhere:
 * anybody else would learn by trying who does.
 */
export const putTenantUser = (parts: IamParts) =>
  route({
    method: 'PUT',
    path: '/api/v1/tenants/:id/users/:userId',
    summary: 'Say what a member may do in a tenant; administrators of the hub also take in users of others',
    permission: permissions.membershipUpdate,
    params: Type.Object({ id: Id, userId: Id }),
    body: Body,
    response: { 200: UserDocument },
    errors: ['forbidden', 'not-found', 'conflict'],
    async handle({ params: { id, userId }, body, principal }) {
      const scope = scopeOfTenant(principal, id)
      const permission = permissions.membershipUpdate
      if (seesEverything(principal)) {
        await checkRights(parts, principal, scope.tenant, body)
        await takeIn(parts, principal, { userId, tenantId: scope.tenant })
      }
      const user = await modifyRights(parts, principal, { scope, id: userId, permission }, body)
      return { status: 200, body: userDocument(user) }
    },
  })

async function takeIn(
  { db, bus, clock }: IamParts,
  principal: Principal,
  { userId, tenantId }: { userId: string; tenantId: string },
): Promise<void> {
  await asSystem(db, async (tx) => {
    await lockUser(tx, userId)
    const current = await actingNow({ clock }, tx, principal, permissions.membershipCreate)
    if (!seesEverything(current))
      throw new HubError('forbidden', 'Only administrators of the hub take in users of others')
    found(await findTenantById(tx, tenantId), 'tenant')
    const { id, kind } = found(await findUserById(tx, userId), 'user', 'userId')
    if (kind !== 'user') throw new HubError('forbidden', 'Cannot take in a service as it belongs to no tenant')
    if (!(await insertMember(tx, { userId: id, tenantId, createdAt: clock() }))) return
    const payload = { ...actor(principal), id, tenantId, roles: [] }
    await bus.publish(tx, { name: 'iam.user.assignedToTenant', payload })
  })
}
