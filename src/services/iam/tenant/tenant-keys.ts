import type { MasterKey } from '#lib/master-key/master-key'
import type { SealedTable } from '#lib/master-key/sealed-table'
import type { Tx } from '#lib/postgres'

/** The keys that existing clients keep here, one a tenant; sealed by the master key and bound to the tenant. */
export interface TenantKeys {
  /** Sets the key, whether there was one or not. */
  set(tx: Tx, tenantId: string, value: string, now: Date): Promise<void>
  /** Undefined when there is none. Throws when it was sealed by another master key, or for another tenant. */
  find(tx: Tx, tenantId: string): Promise<string | undefined>
  /** False when there was none. */
  delete(tx: Tx, tenantId: string): Promise<boolean>
}

/** Where they are, for a rotation of the master key. */
export const TENANT_KEYS: SealedTable = {
  table: 'iam.tenant_key',
  key: { tenant_id: 'uuid' },
  column: 'sealed',
  purpose: 'iam/tenant-key',
  place: ({ tenant_id }) => tenant_id,
}

/** Opens the keys that are sealed under the master key. */
export function createTenantKeys(masterKey: MasterKey): TenantKeys {
  const sealing = masterKey.sealing(TENANT_KEYS.purpose)
  return {
    async set(tx, tenantId, value, now) {
      await tx.query(
        `insert into iam.tenant_key (tenant_id, sealed, created_at) values ($1, $2, $3)
         on conflict (tenant_id) do update set sealed = excluded.sealed, created_at = excluded.created_at`,
        [tenantId, await sealing.seal(tx, tenantId, Buffer.from(value)), now],
      )
    },
    async find(tx, tenantId) {
      const [row] = await tx.query<{ sealed: Buffer }>('select sealed from iam.tenant_key where tenant_id = $1', [
        tenantId,
      ])
      if (row === undefined) return undefined
      const value = sealing.open(tenantId, row.sealed)
      if (value) return value.toString()
      throw new Error(
        `Cannot read the key of tenant "${tenantId}" as it must be sealed by this master key for this tenant`,
      )
    },
    async delete(tx, tenantId) {
      const sql = 'delete from iam.tenant_key where tenant_id = $1 returning tenant_id'
      return (await tx.query(sql, [tenantId])).length === 1
    },
  }
}
