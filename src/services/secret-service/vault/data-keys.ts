import { randomBytes } from 'node:crypto'
import type { MasterKey } from '#lib/master-key/master-key'
import type { SealedTable } from '#lib/master-key/sealed-table'
import type { Tx } from '#lib/postgres'
import { createSealing, type Sealing } from '#lib/sealing'

/** A tenant's key of one version, ready for use. */
export interface DataKey {
  readonly version: number
  readonly sealing: Sealing
}

/** A data key as it is stored. */
export interface WrappedKey {
  readonly tenantId: string
  readonly version: number
  readonly wrapped: Buffer
}

/** The keys that seal what tenants keep: one a tenant and version, wrapped by the master key. */
export interface DataKeys {
  /** The key that seals now. Made in `tx` where there is none, or where the newest is older than a year. */
  current(tx: Tx, tenantId: string): Promise<DataKey>
  /** An earlier or the current key. Throws when there is none. */
  find(tx: Tx, tenantId: string, version: number): Promise<DataKey>
  /** Unwraps what was read already. Throws where another master key wrapped it, or another tenant's place holds it. */
  unwrap(key: WrappedKey): DataKey
}

const KEY_BYTES = 32
/** A key seals for so long; what it has sealed stays readable. (NIST SP 800-57, 5.3.6: one to two years) */
const CRYPTOPERIOD_MS = 365 * 86_400_000
/** Unwrapped keys that this process keeps. */
const MOST_KEPT = 1_000

/** Where they are, for a rotation of the master key. */
export const DATA_KEYS: SealedTable = {
  table: 'secret_service.data_key',
  key: { tenant_id: 'uuid', version: 'integer' },
  column: 'wrapped',
  purpose: 'secret-service/key-wrapping',
  place: ({ tenant_id, version }) => placeOf(tenant_id, version),
}

/** Opens the data keys by the master key. */
export function createDataKeys({ masterKey, clock }: { masterKey: MasterKey; clock: () => Date }): DataKeys {
  const wrapping = masterKey.sealing(DATA_KEYS.purpose)
  const kept = new Map<string, { readonly wrapped: Buffer; readonly key: DataKey }>()

  function unwrap({ tenantId, version, wrapped }: WrappedKey): DataKey {
    const place = placeOf(tenantId, version)
    const known = kept.get(place)
    if (known?.wrapped.equals(wrapped)) return known.key
    const bytes = wrapping.open(place, wrapped)
    if (bytes === undefined)
      throw new Error(`Cannot use the key of tenant "${tenantId}" as the master key must be the one that wrapped it`)
    const key = { version, sealing: createSealing(bytes) }
    kept.set(place, { wrapped, key })
    const [oldest] = kept.keys()
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
    return key
  }

  async function newest(tx: Tx, tenantId: string): Promise<(WrappedKey & { createdAt: Date }) | undefined> {
    const [row] = await tx.query<KeyRow>(
      `select version, wrapped, created_at from secret_service.data_key where tenant_id = $1 order by version desc limit 1`,
      [tenantId],
    )
    return row && { tenantId, version: row.version, wrapped: row.wrapped, createdAt: row.created_at }
  }

  return {
    unwrap,
    async current(tx, tenantId) {
      const now = clock()
      const found = await newest(tx, tenantId)
      if (found && now.getTime() - found.createdAt.getTime() < CRYPTOPERIOD_MS) return unwrap(found)
      const version = (found?.version ?? 0) + 1
      const wrapped = await wrapping.seal(tx, placeOf(tenantId, version), randomBytes(KEY_BYTES))
      // Where another transaction was first, its key stays.
      await tx.query(
        `insert into secret_service.data_key (tenant_id, version, wrapped, created_at) values ($1, $2, $3, $4)
         on conflict do nothing`,
        [tenantId, version, wrapped, now],
      )
      const made = await newest(tx, tenantId)
      if (made) return unwrap(made)
      throw new Error(`Cannot make a key for tenant "${tenantId}" as the transaction must be within the tenant`)
    },
    async find(tx, tenantId, version) {
      const [row] = await tx.query<KeyRow>(
        'select version, wrapped, created_at from secret_service.data_key where tenant_id = $1 and version = $2',
        [tenantId, version],
      )
      if (row) return unwrap({ tenantId, version, wrapped: row.wrapped })
      throw new Error(`Cannot open what key ${version} of tenant "${tenantId}" has sealed as that key must be there`)
    },
  }
}

interface KeyRow {
  readonly version: number
  readonly wrapped: Buffer
  readonly created_at: Date
}

function placeOf(tenantId: string, version: number): string {
  return `oih-secret-key\n1\n${tenantId}\n${version}`
}

/** Destroys all keys of a tenant: what they have sealed opens no more. */
export async function deleteDataKeys(tx: Tx, tenantId: string): Promise<void> {
  await tx.query('delete from secret_service.data_key where tenant_id = $1', [tenantId])
}
