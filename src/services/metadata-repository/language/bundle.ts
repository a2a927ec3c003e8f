import type { Dialect } from './dialect.ts'
import type { JsonSchema } from './json-schema.ts'

/** A schema with all that it refers to, transitively, as far as there is such a thing. */
export interface Bundle {
  /** Location of the schema that is meant. */
  readonly root: string
  /** By location; the root among them. */
  readonly schemas: Readonly<Record<string, { readonly dialect: Dialect; readonly value: JsonSchema }>>
}
