import type { Ajv } from 'ajv'
import ajvFormats from 'ajv-formats'

const formats = [
  ...(['date', 'time', 'date-time', 'iso-time', 'iso-date-time', 'duration'] as const),
  ...(['uri', 'uri-reference', 'uri-template', 'url', 'email', 'hostname', 'ipv4', 'ipv6'] as const),
  ...(['regex', 'uuid', 'json-pointer', 'json-pointer-uri-fragment', 'relative-json-pointer', 'byte'] as const),
]
const names: ReadonlySet<string> = new Set(formats)

/** Lets the formats of texts count, in every draft. Those of numbers are OpenAPI's, and demand nothing. */
export function addFormats(ajv: Ajv): void {
  ajvFormats.default(ajv, { mode: 'full', formats: [...formats], keywords: false })
}

/** Whether a format demands something. */
export function isAsserted(format: string): boolean {
  return names.has(format)
}
