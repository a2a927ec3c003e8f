/** An object of JSON. Its keys come from outside: look them up with `Object.hasOwn`, or by names that no prototype has. */
export type JsonObject = { readonly [keyword: string]: unknown }

/** A JSON Schema of any dialect. */
export type JsonSchema = boolean | JsonObject

/** Why a schema cannot be taken. `path` is a JSON pointer into it ('' = the whole), `message` one sentence. */
export interface Fault {
  readonly path: string
  readonly message: string
}

/** Whether a value is an object of JSON, and no array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value may stand where a schema is wanted. */
export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || isJsonObject(value)
}

/** The own value of a key, whatever its name; undefined = there is none. */
export function ownValue(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as JsonObject)[key] : undefined
}

/** A text from outside as a message may quote it: in one line, and not too long. */
export function shown(text: string): string {
  const line = text
    .slice(0, 200)
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, '\ufffd')
  return text.length > 200 ? `${line}…` : line
}
