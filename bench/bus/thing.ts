import { hrtime } from 'node:process'

/** Microseconds of a clock that all processes of the machine share. */
export function nowMicros(): number {
  return Number(hrtime.bigint() / 1000n)
}

/** What is published: an event in the wire format, about 400 bytes as JSON. */
export interface Thing {
  readonly headers: { readonly name: string; readonly serviceName: string; readonly createdAt: string }
  readonly payload: ThingPayload
}

/** Its payload. */
export interface ThingPayload {
  readonly user: string
  readonly tenant: string
  /** One of a thousand: the ordering key. */
  readonly id: string
  /** Counts from 0. */
  readonly n: number
  /** When it should have been sent, by `nowMicros`. */
  readonly sentAt: number
  readonly note: string
}

/** Name of all events of the bench. */
export const THING_NAME = 'bench.thing.changed'
const NOTE = 'A sentence as one might find it in such an event, long enough to bring its body to four hundred bytes.'

/** The n-th thing. */
export function makeThing(n: number, sentAt: number): Thing {
  return {
    headers: { name: THING_NAME, serviceName: 'bench', createdAt: new Date().toISOString() },
    payload: {
      user: '6f0e4f0c-2f2a-4f0e-9c58-0d9f4e1b7a10',
      tenant: 'b1c9f3f4-5a77-4c53-8d0e-3f5f7b0c2d11',
      id: `thing-${n % 1_000}`,
      n,
      sentAt,
      note: NOTE,
    },
  }
}
