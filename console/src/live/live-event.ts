import { parseExact } from '../api/exact-json.ts'

/** An event as the live stream brings it. */
export interface LiveEvent {
  readonly id: string
  readonly position: number
  readonly origin: string
  readonly correlationId?: string | null
  readonly causationId?: string | null
  readonly event: {
    readonly headers: { readonly name: string; readonly serviceName: string; readonly createdAt: string }
    readonly payload: Readonly<Record<string, unknown>>
  }
}

/** Reads one message of the stream. */
export function readLiveEvent(data: string): LiveEvent {
  // The contract of the stream, which is no part of the OpenAPI document.
  return parseExact(data) as LiveEvent
}

/** The member of a payload if it is a text: an id, mostly. */
export function textIn(payload: unknown, key: string): string | undefined {
  const value = typeof payload === 'object' && payload !== null ? Reflect.get(payload, key) : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}
