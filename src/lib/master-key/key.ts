import { hkdfSync, randomBytes } from 'node:crypto'

/** One master key. Its 32 bytes never leave this object. */
export interface Key {
  /** 16 hexadecimal digits by which it is known; they tell nothing of it. */
  readonly id: string
  /** 32 bytes for one purpose, always the same; knowing one purpose's key tells nothing of another's. (HKDF-SHA-256, RFC 5869) */
  derive(purpose: string): Buffer
}

/** Where this process has its master keys from. */
export interface KeySource {
  readonly kind: 'file' | 'environment'
  /** What stands there now, each key once; none where nothing is there yet. Throws when something else stands there. */
  read(): Promise<Key[]>
  /** Makes a key and keeps it, behind those that are there. False where only an operator can. Two must not do so at once. */
  add(): Promise<boolean>
  /** Puts a key aside that seals nothing any longer. As `add`. */
  setAside(id: string): Promise<void>
  /** Where a key is to be put, for people: what follows "put it". */
  readonly place: { readonly current: string; readonly former: string }
}

const BYTES = 32
/** Of an id. Two keys of one database have the same by chance once in 2^64. */
export const ID_BYTES = 8

/** A key of 32 bytes. */
export function createKey(bytes: Buffer): Key {
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', bytes, Buffer.alloc(0), `open-integration-hub/${purpose}`, BYTES))
  return { id: derive('check').toString('hex', 0, ID_BYTES), derive }
}

/** A key as it is written: in base64 or hex. Throws, without quoting it, when it is not 32 bytes; `source` says where it stands. */
export function readKey(text: string, source: string): Key {
  const trimmed = text.trim()
  const bytes = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64')
  if (bytes.length !== BYTES)
    throw new Error(`Cannot use the master key as "${source}" must hold 32 bytes in base64 or hex`)
  return createKey(bytes)
}

/** The text of a new key. */
export function newKeyText(): string {
  return randomBytes(BYTES).toString('base64')
}

/** Each key once, in their order. */
export function distinct(keys: readonly Key[]): Key[] {
  return [...new Map(keys.map((key) => [key.id, key])).values()]
}
