import type { Message } from '../component/component.ts'

/** Numbers of sixteen digits and more, or with an exponent: what a double may not hold as it is written. */
const DELICATE = /\d[\d.]{15}|\d[eE][+-]?\d/

/** Newer than the types. Makes an object that `JSON.stringify` writes as the text. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }
const parse = JSON.parse as (text: string, reviver: typeof keepDigits) => Message

/**
 * The message for a component of the hub's own, which sends on what it does not understand: numbers that JavaScript would change are
 * objects that become the same digits again. The text itself where there are none; it is parsed later.
 */
export function exactMessage(text: string): Message | string {
  return DELICATE.test(text) ? parse(text, keepDigits) : text
}

function keepDigits(_key: string, value: unknown, { source }: { source?: string }): unknown {
  return typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value
}
