import type { Tx } from '#lib/postgres'
import type { DataKey, DataKeys } from './data-keys.ts'

/** Where sealed fields belong: moved anywhere else they do not open. */
export interface Place {
  readonly kind: 'secret' | 'auth-client' | 'auth-flow'
  readonly tenantId: string
  readonly id: string
  readonly version: number
}

/** Values as JSON knows them, by the name of their field. */
export type Fields = Readonly<Record<string, unknown>>

/** Fields as they are stored: each sealed on its own, in base64. */
export interface SealedFields {
  readonly keyVersion: number
  readonly sealed: Readonly<Record<string, string>>
}

/** Seals and opens fields of things by the key of their tenant (AES-256-GCM). */
export interface Vault {
  seal(tx: Tx, place: Place, fields: Fields): Promise<SealedFields>
  /** Throws where a field was sealed for another place, or altered: never does something else stand for it. */
  open(tx: Tx, place: Place, fields: SealedFields): Promise<Fields>
}

/** Creates the vault. */
export function createVault(keys: Pick<DataKeys, 'current' | 'find'>): Vault {
  return {
    async seal(tx, place, fields) {
      const { version, sealing } = await keys.current(tx, place.tenantId)
      const sealed = Object.entries(fields).map(([field, value]) => {
        const content = Buffer.from(JSON.stringify(value))
        return [field, sealing.seal(placeText(place, field), content).toString('base64')]
      })
      return { keyVersion: version, sealed: Object.fromEntries(sealed) }
    },
    async open(tx, place, fields) {
      if (Object.keys(fields.sealed).length === 0) return {}
      return openFields(await keys.find(tx, place.tenantId, fields.keyVersion), place, fields.sealed)
    },
  }
}

/** Opens fields by a key that is at hand. Throws as `open` does. */
export function openFields({ sealing }: DataKey, place: Place, sealed: SealedFields['sealed']): Fields {
  const opened = Object.entries(sealed).map(([field, text]) => {
    const content = sealing.open(placeText(place, field), Buffer.from(text, 'base64'))
    if (content) return [field, JSON.parse(content.toString())]
    throw new Error(`Cannot open field "${field}" of ${place.kind} "${place.id}" as it must be what was sealed for it`)
  })
  return Object.fromEntries(opened)
}

function placeText({ kind, tenantId, id, version }: Place, field: string): string {
  return `oih-${kind}\n1\n${tenantId}\n${id}\n${version}\n${field}`
}
