/** The drafts of JSON Schema that the hub knows. */
export type Dialect = 'draft-04' | 'draft-06' | 'draft-07' | '2019-09' | '2020-12'

/** A JSON Schema that is an object. */
export type SchemaObject = { readonly [keyword: string]: unknown }

/** A JSON Schema. */
export type JsonSchema = boolean | SchemaObject

/** Whether something can be a schema at all. */
export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || (typeof value === 'object' && value !== null && !Array.isArray(value))
}
