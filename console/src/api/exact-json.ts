type Reviver = (this: unknown, key: string, value: unknown, context?: { readonly source?: string }) => unknown

/** What newer browsers have, and TypeScript does not know yet. */
const { rawJSON } = JSON as { rawJSON?: (text: string) => unknown }

/**
 * Parses JSON so that `JSON.stringify` gives every number back with the digits it came with: 12345678901234567890 stays that. Where the
 * browser cannot, numbers are as precise as JavaScript's.
 */
export function parseExact(text: string): unknown {
  if (rawJSON === undefined) return JSON.parse(text)
  const keepDigits: Reviver = (_key, value, context) => {
    if (typeof value !== 'number' || context?.source === undefined || String(value) === context.source) return value
    return rawJSON(context.source)
  }
  return JSON.parse(text, keepDigits)
}
