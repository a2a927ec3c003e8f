import type { TSchema } from 'typebox'

/**
 * The schema keyword that marks a personal value. Its value is the name of the top-level payload field that holds the id of
 * the person the value belongs to. A validator that refuses unknown keywords must be told of this one.
 */
export const personalKeyword = 'x-personal-of'

/** One personal value of a payload. */
export interface PersonalField {
  /** The path to the value, one entry a level: `['username']`. */
  readonly pointer: readonly string[]
  /** The top-level payload field that holds the id of the person the value belongs to. */
  readonly personField: string
}

/** A copy of the schema, marked as personal of the one whose id stands in the payload field `personField`. */
export function personal<S extends TSchema>(schema: S, personField: string): S {
  const mark = { [personalKeyword]: { value: personField, enumerable: true } }
  // Descriptors are copied as TypeBox keeps its kind and its modifiers in properties that a spread does not see.
  return Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(schema), ...mark }) as S
}

/**
 * All personal values of a payload schema, in the order of the schema, nested objects included.
 * Throws for a mark anywhere but at a property of an object, as such a value has no fixed path.
 */
export function personalFields(definition: { readonly payload: TSchema }): PersonalField[] {
  const found: PersonalField[] = []
  walk(definition.payload, [], found)
  return found
}

function walk(schema: TSchema, pointer: readonly string[], found: PersonalField[]): void {
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === personalKeyword) found.push({ pointer, personField: String(value) })
    else if (keyword === 'properties') walkProperties(value, pointer, found)
    else if (isMarkedWithin(value)) throw new Error(refusal(pointer, keyword))
  }
}

function walkProperties(properties: Record<string, TSchema>, pointer: readonly string[], found: PersonalField[]): void {
  for (const [name, schema] of Object.entries(properties)) walk(schema, [...pointer, name], found)
}

function isMarkedWithin(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return personalKeyword in value || Object.values(value).some(isMarkedWithin)
}

function refusal(pointer: readonly string[], keyword: string): string {
  return `Cannot find the personal fields as a mark must be at a property of an object: "/${pointer.join('/')}" has one below "${keyword}"`
}
