import { Type } from 'typebox'
import { HubError } from '#lib/errors'
import { route } from '#lib/http/route'
import type { Tx } from '#lib/postgres'
import { demand, type Principal, seesEverything } from '#lib/principal'
import { Id } from '#lib/schema'
import { seeingAll } from '../../as-system.ts'
import { actor, found, type IamParts } from '../../deps.ts'
import { UserDocument, userDocument } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { scopeOfTenant } from '../../tenant/tenant-scope.ts'
import { findTenantById } from '../../tenant/tenant-store.ts'
import { userBody } from '../../user/user-body.ts'
import { modifyRights } from '../../user/user-modification.ts'
import { findUserById, insertMember } from '../../user/user-store.ts'

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
      const target = { scope, id: userId, permission: permissions.membershipUpdate }
      const takeIn = seesEverything(principal)
        ? (tx: Tx, current: Principal) => takeInto(parts, tx, current, { userId, tenantId: scope.tenant })
        : undefined
      const user = await modifyRights(parts, principal, target, body, takeIn)
      return { status: 200, body: userDocument(user) }
    },
  })

async function takeInto(
  { bus, clock }: IamParts,
  tx: Tx,
  current: Principal,
  { userId, tenantId }: { userId: string; tenantId: string },
): Promise<void> {
  demand(current, permissions.membershipCreate)
  if (!seesEverything(current))
    throw new HubError('forbidden', 'Only administrators of the hub take in users of others')
  const isNew = await seeingAll(tx, async () => {
    found(await findTenantById(tx, tenantId), 'tenant')
    const { kind } = found(await findUserById(tx, userId), 'user', 'userId')
    if (kind !== 'user') throw new HubError('forbidden', 'Cannot take in a service as it belongs to no tenant')
    return insertMember(tx, { userId, tenantId, createdAt: clock() })
  })
  if (!isNew) return
  const payload = { ...actor(current), id: userId, tenantId, roles: [] }
  await bus.publish(tx, { name: 'iam.user.assignedToTenant', payload })
}
