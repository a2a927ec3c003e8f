import { Type } from 'typebox'
import { route } from '#lib/http/route'
import type { Tx } from '#lib/postgres'
import type { Permission, Principal } from '#lib/principal'
import { actingNow } from '../../acting.ts'
import { asSystem } from '../../as-system.ts'
import { actor, found, type IamParts } from '../../deps.ts'
import { IdParams } from '../../documents.ts'
import { permissions } from '../../permissions.ts'
import { createTenantKeys, type TenantKeys } from '../../tenant/tenant-keys.ts'
import { findTenantById } from '../../tenant/tenant-store.ts'

const path = '/api/v1/tenants/:id/key'
const Key = Type.Object({ key: Type.Union([Type.String(), Type.Null()]) })
const Body = Type.Object({ value: Type.String({ minLength: 1, maxLength: 4_096 }) }, { additionalProperties: false })

/** `POST`, `GET` and `DELETE /tenants/:id/key`. The permissions are the platform's: they are for services that encrypt for a tenant. */
export function tenantKeyRoutes({ db, bus, clock, masterKey }: Pick<IamParts, 'db' | 'bus' | 'clock' | 'masterKey'>) {
  const keys = createTenantKeys(masterKey)
  const within = <T>(
    { principal, params: { id } }: { readonly principal: Principal; readonly params: { readonly id: string } },
    permission: Permission,
    work: (keys: TenantKeys, tx: Tx, tenantId: string) => Promise<T>,
  ): Promise<T> =>
    asSystem(db, async (tx) => {
      await actingNow({ clock }, tx, principal, permission)
      return work(keys, tx, found(await findTenantById(tx, id), 'tenant').id)
    })
  const tell = async (tx: Tx, principal: Principal, id: string): Promise<void> => {
    const payload = { ...actor(principal), id, changed: ['key'], before: {}, after: {} }
    await bus.publish(tx, { name: 'iam.tenant.modified', payload })
  }
  const common = { path, params: IdParams, errors: ['not-found'] } as const
  return [
    route({
      ...common,
      method: 'POST',
      summary: 'Set the key of a tenant',
      permission: permissions.keyCreate,
      body: Body,
      response: { 200: Key },
      async handle({ params, body: { value }, principal }) {
        await within({ principal, params }, permissions.keyCreate, async (kept, tx, tenantId) => {
          await kept.set(tx, tenantId, value, clock())
          await tell(tx, principal, tenantId)
        })
        return { status: 200, body: { key: value } }
      },
    }),
    route({
      ...common,
      method: 'GET',
      summary: 'Read the key of a tenant; null when there is none',
      permission: permissions.keyRead,
      response: { 200: Key },
      async handle({ params, principal }) {
        const value = await within({ principal, params }, permissions.keyRead, (kept, tx, tenantId) =>
          kept.find(tx, tenantId),
        )
        return { status: 200, body: { key: value ?? null } }
      },
    }),
    route({
      ...common,
      method: 'DELETE',
      summary: 'Delete the key of a tenant',
      permission: permissions.keyDelete,
      response: { 200: Key },
      async handle({ params, principal }) {
        await within({ principal, params }, permissions.keyDelete, async (kept, tx, tenantId) => {
          if (await kept.delete(tx, tenantId)) await tell(tx, principal, tenantId)
        })
        return { status: 200, body: { key: null } }
      },
    }),
  ]
}
