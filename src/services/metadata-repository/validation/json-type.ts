/** Sets of JSON types as bits; whole numbers and those with a fraction are told apart. */
export type Types = number

const bits = { null: 1, boolean: 2, string: 4, array: 8, object: 16, integer: 32, fraction: 64 } as const

/** The bit of each type. */
export const {
  null: NULL,
  boolean: BOOLEAN,
  string: STRING,
  array: ARRAY,
  object: OBJECT,
  integer: INTEGER,
  fraction: FRACTION,
} = bits

/** Every number. */
export const NUMBER = INTEGER | FRACTION

/** Every type. */
export const ALL_TYPES: Types = 127

/** The types that a value of the keyword `type` names; unknown ones count for nothing. */
export function typesOf(type: unknown): Types {
  const names: unknown[] = Array.isArray(type) ? type : [type]
  return names.reduce<Types>((types, name) => types | bitOf(name), 0)
}

function bitOf(name: unknown): Types {
  if (name === 'number') return NUMBER
  return typeof name === 'string' && Object.hasOwn(bits, name) && name !== 'fraction'
    ? bits[name as keyof typeof bits]
    : 0
}

/** The type of a value. */
export function typeOf(value: unknown): Types {
  if (value === null) return NULL
  if (typeof value === 'boolean') return BOOLEAN
  if (typeof value === 'string') return STRING
  if (typeof value === 'number') return Number.isInteger(value) ? INTEGER : FRACTION
  return Array.isArray(value) ? ARRAY : OBJECT
}

/** Each type of a set by itself, numbers as one. */
export function splitTypes(types: Types): Types[] {
  return [NULL, BOOLEAN, STRING, ARRAY, OBJECT, NUMBER].map((type) => type & types).filter((type) => type !== 0)
}

/** The words for a set: "integer or null". */
export function nameTypes(types: Types): string {
  const { integer, fraction, ...plain } = bits
  const names = Object.entries(plain).flatMap(([name, bit]) => ((types & bit) === 0 ? [] : [name]))
  if ((types & fraction) !== 0) names.push((types & integer) === 0 ? 'fraction' : 'number')
  else if ((types & integer) !== 0) names.push('integer')
  return names.join(' or ')
}
