import { Type } from 'typebox'
import { route } from '#lib/http/route'
import { newId } from '#lib/id'
import { actingNow } from '../../acting.ts'
import { asSystem } from '../../as-system.ts'
import { actor, type IamParts } from '../../deps.ts'
import { Created, StatusSchema, TenantName } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import type { Tenant } from '../../tenant/tenant.ts'
import { insertTenant } from '../../tenant/tenant-store.ts'

const Body = Type.Object(
  {
    name: TenantName,
    status: Type.Optional(StatusSchema),
    confirmed: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

/** `POST /tenants`: the tenant is empty; users are created in it. */
export const postTenant = ({ db, bus, clock }: Pick<IamParts, 'db' | 'bus' | 'clock'>) =>
  route({
    method: 'POST',
    path: '/api/v1/tenants',
    summary: 'Create a tenant',
    permission: permissions.tenantCreate,
    body: Body,
    response: { 200: Created },
    async handle({ body, principal }) {
      const { name, status = 'ACTIVE', confirmed = true } = body
      const createdAt = clock()
      const tenant: Tenant = { id: newId(), name, status, confirmed, createdAt, changedAt: createdAt }
      // Not the principal's scope: the permission is the platform's, and nobody is in a new tenant yet.
      await asSystem(db, async (tx) => {
        await actingNow({ clock }, tx, principal, permissions.tenantCreate)
        await insertTenant(tx, tenant)
        await bus.publish(tx, {
          name: 'iam.tenant.created',
          payload: { ...actor(principal), id: tenant.id, name, status },
        })
      })
      return { status: 200, body: { id: tenant.id } }
    },
  })
