import type { KeyObject } from 'node:crypto'
import { type Entry, type KeyOwner, openBody, readLeaf } from './entry.ts'
import { type JsonMembers, scanMembers } from './json-members.ts'

type Keys = ReadonlyMap<KeyOwner, KeyObject>

/** The owners of all keys that the leaves need. */
export function ownersOf(leaves: readonly string[]): KeyOwner[] {
  const segments = leaves.flatMap((leaf) => readLeaf(leaf).body)
  return [...new Set(segments.flatMap((segment) => (typeof segment === 'string' ? [] : [segment.owner])))]
}

/**
 * An entry as callers see it, as JSON text: headers and payload are the producer's own text, so that large numbers, the order of
 * keys and escapes stay as they were. What no longer opens is null, and its pointers stand in `erased`.
 */
export function logDocument(leaf: string, keys: Keys): string {
  return object(membersOf(readLeaf(leaf), keys))
}

/** The same with what a proof needs: the leaf, its hash (base64), and the exact body, or null where a part of it does not open. */
export function provableDocument(leaf: string, hash: Buffer, keys: Keys): string {
  const entry = readLeaf(leaf)
  const { text, missing } = openBody(entry, keys)
  return object({
    ...membersOf(entry, keys),
    body: JSON.stringify(missing.length === 0 ? text : null),
    leaf: JSON.stringify(leaf),
    leafHash: JSON.stringify(hash.toString('base64')),
  })
}

/** The members of the document by name, each as JSON text. */
function membersOf(entry: Entry, keys: Keys): Record<string, string> {
  const { id, index, number, tenant, recordedAt, origin, correlation, causation } = entry
  const { text, missing } = openBody(entry, keys)
  const members = membersOfText(text)
  const textAt = (pointer: string) => {
    const span = members?.spans.get(pointer)
    return span && text.slice(span.start, span.end)
  }
  const headers = textAt('/headers') ?? JSON.stringify(statedHeaders(entry))
  const erased = missing.map((pointer) => pointer || '/payload')
  const own = { id, index, number, tenant, recordedAt, origin, correlationId: correlation, causationId: causation }
  return {
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [name, JSON.stringify(value)])),
    headers,
    payload: textAt('/payload') ?? 'null',
    ...(erased.length === 0 ? {} : { erased: JSON.stringify(erased) }),
  }
}

/** Undefined for what is no JSON: foreign producers may send anything. */
function membersOfText(text: string): JsonMembers | undefined {
  try {
    JSON.parse(text)
  } catch {
    return undefined
  }
  return scanMembers(text, 1)
}

/** What the entry itself says of headers that do not open. */
function statedHeaders({ name, service, createdAt }: Entry) {
  return { name, serviceName: service, createdAt }
}

function object(members: Readonly<Record<string, string>>): string {
  const texts = Object.entries(members).map(([name, text]) => `${JSON.stringify(name)}:${text}`)
  return `{${texts.join(',')}}`
}
