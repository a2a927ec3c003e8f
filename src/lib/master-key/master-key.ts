import type { Tx } from '../postgres.ts'

/** What services have of the hub's master keys, of which one at a time is the current one. */
export interface MasterKey {
  /**
   * 32 bytes for one purpose, from the current key: others once that has been rotated. For what may be forgotten then. To be asked for at
   * each use. Throws before the start.
   */
  derive(purpose: string): Buffer
  /** Those of all keys that this process holds, the current one's first: what was signed before a rotation is still known. */
  deriveAll(purpose: string): Buffer[]
  /** For what is kept in the database. The table must be among those that a rotation seals anew: see sealed-table.ts. */
  sealing(purpose: string): MasterSealing
}

/** Seals small secrets under the master key, for the database; `purpose` and `place` are as in sealing.ts. */
export interface MasterSealing {
  /** Under the current key, which cannot be rotated before `tx` ends; so nothing is left under a former one. Each call gives other bytes. */
  seal(tx: Tx, place: string, content: Buffer): Promise<Buffer>
  /** The same for many, in one round trip. */
  sealAll(tx: Tx, contents: readonly Content[]): Promise<Buffer[]>
  /** Undefined for what was sealed under a key that this process does not hold, for another place, or altered. */
  open(place: string, sealed: Buffer): Buffer | undefined
}

/** What is to be sealed, and where it belongs. */
export interface Content {
  readonly place: string
  readonly content: Buffer
}
