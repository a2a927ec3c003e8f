import type { Ajv } from 'ajv'
import { isMultiple } from './decimal.ts'
import { isSameValue } from './json-value.ts'

/**
 * Keywords in a way of our own: `multipleOf` counts decimal digits, as 19.99 is a multiple of 0.01 for everybody but binary fractions, and
 * `uniqueItems` takes time in proportion to the items, where each is compared with each else, which a hostile document makes last for minutes. `inherited`:
 * values may have properties of the names that every object inherits, which Ajv takes for the inherited ones in `const` and `enum`.
 */
export function addKeywords(ajv: Ajv, { inherited }: { readonly inherited: boolean }): void {
  if (inherited) addValues(ajv)
  ajv.removeKeyword('multipleOf')
  ajv.removeKeyword('uniqueItems')
  ajv.addKeyword({
    keyword: 'multipleOf',
    type: 'number',
    schemaType: 'number',
    compile: (divisor: number) => (value: number) => isMultiple(value, divisor),
    error: { message: ({ schema }) => `must be a multiple of ${String(schema)}` },
  })
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    compile: (isWanted: boolean) => (items: unknown[]) => !isWanted || areDistinct(items),
    error: { message: 'must not have two items that are the same' },
  })
}

function addValues(ajv: Ajv): void {
  ajv.removeKeyword('const')
  ajv.removeKeyword('enum')
  ajv.addKeyword({
    keyword: 'const',
    compile: (wanted: unknown) => (value: unknown) => isSameValue(value, wanted),
    error: { message: 'must be equal to constant' },
  })
  ajv.addKeyword({
    keyword: 'enum',
    schemaType: 'array',
    compile: (wanted: unknown[]) => (value: unknown) => wanted.some((each) => isSameValue(value, each)),
    error: { message: 'must be equal to one of the allowed values' },
  })
}

function areDistinct(items: readonly unknown[]): boolean {
  return new Set(items.map(canonical)).size === items.length
}

/** The same text for values that are the same. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join()}}`
}
