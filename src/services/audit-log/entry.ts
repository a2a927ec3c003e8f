import { createCipheriv, createDecipheriv, hash, type KeyObject } from 'node:crypto'

// The format of an entry, version 1, as FORMAT.md lays it down. What is written here is hashed and signed: it must never change.
// No input or output, no clock, no randomness: the same call gives the same bytes for ever.

/** Whose key a sealed value is under: a person's, a tenant's, or the platform's where neither is known. Ids are lower-case UUIDs. */
export type KeyOwner = `person:${string}` | `tenant:${string}` | 'platform'

/** A part of an event's body that only the holder of its owner's key can read. */
export interface Sealed {
  /** JSON pointer (RFC 6901) to the value within the body; empty for the whole body. */
  readonly at: string
  readonly owner: KeyOwner
  /** 12 bytes, base64. */
  readonly nonce: string
  /** Ciphertext and, behind it, the 16 bytes of the tag, base64. */
  readonly sealed: string
}

/** A part of an event's body: its exact text, or sealed. */
export type Segment = string | Sealed

/** One entry of the audit log. */
export interface Entry {
  /** Place among all entries, from 0, without gaps: the leaf index of the tree. */
  readonly index: number
  /** The tenant in which it occurred, if any. */
  readonly tenant: string | null
  /** Place among the entries of that tenant, or among those without tenant, from 1, without gaps. */
  readonly number: number
  /** When it was recorded, ISO 8601 in UTC with milliseconds. Never decreases with the index. */
  readonly recordedAt: string
  /** Position of the event in the event log. */
  readonly position: number
  /** Who brought the event in; empty for the hub's own services. */
  readonly origin: string
  /** Id of the event. */
  readonly id: string
  readonly correlation: string | null
  readonly causation: string | null
  /** Version of the payload's schema. */
  readonly schema: number
  readonly name: string
  /** The producer's name and time as it stated them; null where that is no name or no time. */
  readonly service: string | null
  readonly createdAt: string | null
  /** The exact text of the event, in parts: put together they are the body. */
  readonly body: readonly Segment[]
}

/** The version that `writeLeaf` writes. */
export const FORMAT_VERSION = 1

/** Sealed texts are filled up to a multiple of this, so that their length tells little. */
const BLOCK_BYTES = 32
const TAG_BYTES = 16

/** The leaf: what is stored, hashed and proved. Members in this order, as ECMAScript's `JSON.stringify` writes them. */
export function writeLeaf(entry: Entry): string {
  const { index, tenant, number, recordedAt, position, origin, id, correlation, causation, schema } = entry
  const { name, service, createdAt } = entry
  const body = entry.body.map((segment) => (typeof segment === 'string' ? segment : orderedSealed(segment)))
  return JSON.stringify({
    v: FORMAT_VERSION,
    index,
    tenant,
    number,
    recordedAt,
    position,
    origin,
    id,
    correlation,
    causation,
    schema,
    name,
    service,
    createdAt,
    body,
  })
}

function orderedSealed({ at, owner, nonce, sealed }: Sealed): Sealed {
  return { at, owner, nonce, sealed }
}

/** Reads a leaf that `writeLeaf` has written. Throws for another version. */
export function readLeaf(leaf: string): Entry {
  const { v, ...entry } = JSON.parse(leaf) as Entry & { v: unknown }
  if (v !== FORMAT_VERSION) {
    throw new Error(`Cannot read the entry as its format version must be ${FORMAT_VERSION}: it is "${v}"`)
  }
  return entry
}

/** The hash of a leaf in the tree: SHA-256 of a zero byte and the leaf (RFC 9162, section 2.1.1). */
export function leafHash(leaf: string): Buffer {
  return hash('sha256', `\u0000${leaf}`, 'buffer')
}

/** Where a sealed value belongs: it opens nowhere else. */
export interface Place {
  readonly at: string
  readonly owner: KeyOwner
  /** Id of the event. */
  readonly event: string
}

/** Seals a text with AES-256-GCM. `nonce` is 12 random bytes, never used twice with a key. */
export function seal(text: string, key: KeyObject, place: Place, nonce: Buffer): Sealed {
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(boundTo(place))
  const sealed = Buffer.concat([cipher.update(fill(text)), cipher.final(), cipher.getAuthTag()])
  const { at, owner } = place
  return { at, owner, nonce: nonce.toString('base64'), sealed: sealed.toString('base64') }
}

/** The text; undefined when the key is another or anything was changed. */
export function unseal({ at, owner, nonce, sealed }: Sealed, key: KeyObject, event: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64')
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64'), { authTagLength: TAG_BYTES })
    decipher.setAAD(boundTo({ at, owner, event }))
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    return unfill(Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]))
  } catch {
    return undefined
  }
}

/** A body as far as the keys at hand open it. */
export interface OpenedBody {
  /** The exact text if nothing is missing; else with `null` in place of each value that does not open. */
  readonly text: string
  /** Pointers to the values that do not open, because their key is destroyed or is not at hand. */
  readonly missing: readonly string[]
}

/** Puts the body of an entry together. */
export function openBody({ id, body }: Entry, keys: ReadonlyMap<KeyOwner, KeyObject>): OpenedBody {
  const missing: string[] = []
  const texts = body.map((segment) => {
    if (typeof segment === 'string') return segment
    const key = keys.get(segment.owner)
    const text = key && unseal(segment, key, id)
    if (text === undefined) missing.push(segment.at)
    return text ?? 'null'
  })
  return { text: texts.join(''), missing }
}

/** The additional authenticated data. The pointer stands last as it alone may contain a line break. */
function boundTo({ event, owner, at }: Place): Buffer {
  return Buffer.from(`oih-audit-entry\n${FORMAT_VERSION}\n${event}\n${owner}\n${at}`)
}

/** ISO/IEC 7816-4: a byte 0x80, then zeros up to the next multiple. */
function fill(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const filled = Buffer.alloc(Math.ceil((length + 1) / BLOCK_BYTES) * BLOCK_BYTES)
  filled.write(text)
  filled[length] = 0x80
  return filled
}

function unfill(filled: Buffer): string {
  return filled.toString('utf8', 0, filled.lastIndexOf(0x80))
}
