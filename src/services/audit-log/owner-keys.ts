import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import type { MasterKey, MasterSealing } from '#lib/master-key/master-key'
import type { SealedTable } from '#lib/master-key/sealed-table'
import type { Tx } from '#lib/postgres'
import type { KeyOwner } from './entry.ts'

/** The keys of persons and tenants, as objects: sealing is three times as fast with these as with bytes. None is kept longer than the page or the request it was read for, so that a destroyed key is gone. */
export interface OwnerKeys {
  /** The keys that exist and that this master key unwraps. */
  find(tx: Tx, owners: readonly KeyOwner[]): Promise<Map<KeyOwner, KeyObject>>
  /** The keys of all these owners; missing ones are made in `tx`. Throws when one exists that this master key does not unwrap. */
  obtain(tx: Tx, owners: readonly KeyOwner[]): Promise<Map<KeyOwner, KeyObject>>
}

const KEY_BYTES = 32

interface KeyRow {
  readonly owner: KeyOwner
  readonly wrapped: Buffer
}

const FIND = {
  name: 'audit-key-find',
  text: 'select owner, wrapped from audit_log.owner_key where owner = any ($1::text[])',
}

/** Where another transaction was first, its key stays: the caller reads again. */
const CREATE = {
  name: 'audit-key-create',
  text: `insert into audit_log.owner_key (owner, wrapped)
         select owner, wrapped from unnest($1::text[], $2::bytea[]) as made (owner, wrapped)
         order by owner
         on conflict (owner) do nothing`,
}

/** Where they are, for a rotation of the master key. */
export const OWNER_KEYS: SealedTable = {
  table: 'audit_log.owner_key',
  key: { owner: 'text' },
  column: 'wrapped',
  purpose: 'audit-log/key-wrapping',
  place: ({ owner }) => placeOf(owner),
}

/** Opens the keys that are wrapped under the master key. */
export function createOwnerKeys(masterKey: MasterKey): OwnerKeys {
  const sealing = masterKey.sealing(OWNER_KEYS.purpose)

  async function find(tx: Tx, owners: readonly KeyOwner[]): Promise<Map<KeyOwner, KeyObject>> {
    if (owners.length === 0) return new Map()
    const rows = await tx.query<KeyRow>(FIND, [owners])
    const keys = rows.map(({ owner, wrapped }) => [owner, unwrap(sealing, owner, wrapped)] as const)
    return new Map(keys.filter((entry): entry is [KeyOwner, KeyObject] => entry[1] !== undefined))
  }

  return {
    find,
    async obtain(tx, owners) {
      const found = await find(tx, owners)
      const missing = owners.filter((owner) => !found.has(owner))
      if (missing.length === 0) return found
      const contents = missing.map((owner) => ({ place: placeOf(owner), content: randomBytes(KEY_BYTES) }))
      await tx.query(CREATE, [missing, await sealing.sealAll(tx, contents)])
      const made = await find(tx, missing)
      const foreign = missing.find((owner) => !made.has(owner))
      if (foreign === undefined) return new Map([...found, ...made])
      throw new Error(`Cannot use the key of "${foreign}" as the master key must be the one it was wrapped with`)
    },
  }
}

/** Undefined when the key was not wrapped with this master key, or for another owner. */
function unwrap(sealing: MasterSealing, owner: KeyOwner, wrapped: Buffer): KeyObject | undefined {
  const key = sealing.open(placeOf(owner), wrapped)
  return key && createSecretKey(key)
}

function placeOf(owner: KeyOwner): string {
  return `oih-audit-key\n1\n${owner}`
}
