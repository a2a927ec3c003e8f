import { newId } from '../lib/id.ts'
import type { Tx } from '../lib/postgres.ts'
import { currentCause } from './causation.ts'
import { isExactJson, keyHash, type NewEvent, storableKey } from './event.ts'
import { assertName } from './pattern.ts'

/** Largest body in bytes. An event says what happened; documents belong where the event points to. */
export const MAX_BODY_BYTES = 1_048_576

/** Says what is wrong with a payload, or nothing when it is sound. */
export type PayloadCheck = (name: string, payload: unknown) => string | undefined

/** What publishing takes. */
export interface PublisherOptions {
  readonly check: PayloadCheck
  readonly now: () => Date
  /** Called after each commit that wrote events. */
  readonly onCommit: () => void
}

/** Writes events into the log. */
export interface Publisher {
  /**
   * Appends events in the caller's transaction, in the given order. Resolves to their ids. They are inserted with the commit, which saves a
   * round trip and keeps the order: the caller still holds the locks of what it has changed.
   */
  publish(tx: Tx, serviceName: string, events: readonly NewEvent[]): Promise<string[]>
}

interface NewRow {
  readonly id: string
  readonly name: string
  readonly orderingKey: string
  readonly version: number
  readonly body: string
}

const insertOne = {
  name: 'event-insert-one',
  text: `insert into event_bus.event
           (id, name, ordering_key, key_hash, version, size, body, correlation_id, causation_id, traceparent)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
}

/** `with ordinality` and `order by` give the rows their `seq` in the order of the call. */
const insertMany = {
  name: 'event-insert-many',
  text: `insert into event_bus.event
           (id, name, ordering_key, key_hash, version, size, body, correlation_id, causation_id, traceparent)
         select id, name, ordering_key, key_hash, version, size, body, $8, $9, $10
           from unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::smallint[], $6::integer[], $7::text[])
                with ordinality as new (id, name, ordering_key, key_hash, version, size, body, place)
          order by place`,
}

/** Creates the publisher of this process. */
export function createPublisher({ check, now, onCommit }: PublisherOptions): Publisher {
  function toRow(serviceName: string, event: NewEvent): NewRow {
    assertName(event.name)
    const id = newId()
    const payload = payloadText(event)
    const value: unknown = JSON.parse(payload)
    const fault = check(event.name, value)
    if (fault !== undefined) throw new Error(`Cannot publish "${event.name}" as its payload must be sound: ${fault}`)
    const headers = JSON.stringify({ name: event.name, serviceName, createdAt: now().toISOString() })
    const body = `{"headers":${headers},"payload":${payload}}`
    if (Buffer.byteLength(body) > MAX_BODY_BYTES) {
      throw new Error(`Cannot publish "${event.name}" as its body must not exceed ${MAX_BODY_BYTES} bytes`)
    }
    const orderingKey = storableKey(event.orderingKey ?? idOf(value) ?? id)
    return { id, name: event.name, orderingKey, version: event.version ?? 1, body }
  }

  return {
    async publish(tx, serviceName, events) {
      const rows = events.map((event) => toRow(serviceName, event))
      const [first] = rows
      if (first === undefined) return []
      const { correlationId, causationId, traceparent } = currentCause()
      const cause = [correlationId ?? null, causationId ?? null, traceparent ?? null]
      if (rows.length === 1) tx.defer(insertOne, [...values(first), ...cause])
      else tx.defer(insertMany, [...columns(rows), ...cause])
      tx.afterCommit(onCommit)
      return rows.map(({ id }) => id)
    },
  }
}

function payloadText({ name, payload }: NewEvent): string {
  const text: string | undefined = isExactJson(payload) ? payload.json : JSON.stringify(payload)
  if (text === undefined || !text.trimStart().startsWith('{')) {
    throw new Error(`Cannot publish "${name}" as its payload must be a JSON object`)
  }
  return text
}

function idOf(payload: unknown): string | undefined {
  const { id } = payload as { id?: unknown }
  return typeof id === 'string' && id !== '' ? id : undefined
}

function values({ id, name, orderingKey, version, body }: NewRow): unknown[] {
  return [id, name, orderingKey, keyHash(orderingKey), version, Buffer.byteLength(body), body]
}

function columns(rows: readonly NewRow[]): unknown[] {
  const table = rows.map(values)
  return [0, 1, 2, 3, 4, 5, 6].map((column) => table.map((row) => row[column]))
}
