import { type KeyObject, randomBytes } from 'node:crypto'
import type { HandlerContext, ReceivedEvent } from '#event-bus'
import { type Entry, type KeyOwner, leafHash, type Segment, seal, writeLeaf } from '../entry.ts'
import { append, type EntryRow, lockHead, type Stream, type Survey, survey } from '../entry-store.ts'
import { type BodyPart, type EventFacts, factsOf } from '../event-facts.ts'
import type { OwnerKeys } from '../owner-keys.ts'

/** What recording needs. */
export interface RecorderOptions {
  readonly keys: Pick<OwnerKeys, 'obtain'>
  readonly clock: () => Date
}

interface Taken {
  readonly event: ReceivedEvent
  readonly facts: EventFacts
}

/**
 * Records a page of events: an entry each, in the order given, all in `tx`. The lock on the head makes pages of different
 * processes follow each other; an event that has an entry already gets no other.
 */
export function onAnyEvent({ keys, clock }: RecorderOptions) {
  return async (events: readonly ReceivedEvent[], { tx }: HandlerContext): Promise<void> => {
    const page = events.map((event) => ({ event, facts: factsOf(event) }))
    const head = await lockHead(tx)
    const { known, counts } = await survey(
      tx,
      events.map(({ id }) => id),
      tenantsOf(page),
    )
    const taken = page.filter(({ event }) => !known.has(event.id))
    if (taken.length === 0) return
    const ownerKeys = await keys.obtain(tx, ownersOf(taken))
    const streams = openStreams(counts)
    const recordedAt = new Date(Math.max(clock().getTime(), head.recordedAt.getTime()))
    const rows = taken.map(({ event, facts }, place) => {
      const index = head.count + place
      const number = streams.next(facts.tenant, index)
      return rowOf(event, facts, { index, number, recordedAt: recordedAt.toISOString() }, ownerKeys)
    })
    await append(tx, rows, streams.changed(), { count: head.count + rows.length, recordedAt })
  }
}

function tenantsOf(page: readonly Taken[]): string[] {
  return [...new Set(page.flatMap(({ facts }) => facts.tenant ?? []))]
}

function ownersOf(taken: readonly Taken[]): KeyOwner[] {
  const parts = taken.flatMap(({ facts }) => facts.parts)
  return [...new Set(parts.flatMap((part) => (typeof part === 'string' ? [] : part.owner)))]
}

/** Numbers the entries of each tenant on from what is stored. */
function openStreams(counts: Survey['counts']) {
  const changed = new Map<string | null, Stream>()
  return {
    next(tenant: string | null, index: number): number {
      const count = (changed.get(tenant)?.count ?? counts.get(tenant) ?? 0) + 1
      changed.set(tenant, { tenant, count, lastIndex: index })
      return count
    },
    changed: () => [...changed.values()],
  }
}

function rowOf(
  event: ReceivedEvent,
  facts: EventFacts,
  place: Pick<Entry, 'index' | 'number' | 'recordedAt'>,
  keys: ReadonlyMap<KeyOwner, KeyObject>,
): EntryRow {
  const { tenant, actor, subject, name, service, createdAt, search, parts } = facts
  const { id, position, origin, correlationId: correlation = null, causationId: causation = null, version } = event
  const body = parts.map((part) => segmentOf(part, id, keys))
  const about = { tenant, position, origin, correlation, name, service, createdAt }
  const leaf = writeLeaf({ ...place, ...about, id, causation, schema: version, body })
  const terms = search === null ? null : JSON.stringify(search)
  return { ...place, ...about, event: id, actor, subject, search: terms, leafHash: leafHash(leaf), leaf }
}

function segmentOf(part: BodyPart, event: string, keys: ReadonlyMap<KeyOwner, KeyObject>): Segment {
  if (typeof part === 'string') return part
  const key = keys.get(part.owner)
  if (key === undefined) throw new Error(`Cannot seal as "${part.owner}" must have a key`)
  return seal(part.text, key, { at: part.at, owner: part.owner, event }, randomBytes(12))
}
