import { parseExact } from '../api/exact-json.ts'

/** An event as the live stream brings it. */
export interface LiveEvent {
  readonly id: string
  readonly position: number
  readonly origin: string
  readonly correlationId?: string | null
  readonly causationId?: string | null
  /** As its producer wrote it; what comes from elsewhere may have any form. */
  readonly event: { readonly headers?: unknown; readonly payload?: unknown }
}

/** Reads one message of the stream. */
export function readLiveEvent(data: string): LiveEvent {
  // What the stream promises; the OpenAPI document cannot say it.
  const message = parseExact(data) as LiveEvent
  return { ...message, event: message.event ?? {} }
}

/** The member of a payload if it is a text: an id, mostly. */
export function textIn(payload: unknown, key: string): string | undefined {
  const value = typeof payload === 'object' && payload !== null ? Reflect.get(payload, key) : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}
