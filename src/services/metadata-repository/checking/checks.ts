import type { Rule } from './refusal.ts'
import type { Dialect, JsonSchema } from './schema.ts'

/** A schema and all that it refers to, transitively, by location. */
export interface Bundle {
  readonly root: string
  readonly schemas: Readonly<Record<string, { readonly dialect: Dialect; readonly value: JsonSchema }>>
}

/** What is wrong in a schema. */
export interface Fault {
  /** JSON pointer into the schema. */
  readonly path: string
  readonly message: string
}

/** What is wrong in a document. */
export interface ValidationError {
  /** JSON pointer into the document. */
  readonly path: string
  readonly schemaPath: string
  readonly keyword: string
  readonly message: string
}

/** Which of two schemas must take what the other takes: BACKWARD = the later one what the earlier does, FORWARD = the other way round. */
export type Direction = 'BACKWARD' | 'FORWARD'

/** One reason why a schema refuses what another takes. */
export interface Difference {
  /** JSON pointer into the schema that refuses. */
  readonly path: string
  readonly rule: Rule
  readonly message: string
  /** A document that the one takes and the other refuses, proved by Ajv; absent = it could not be decided. */
  readonly example?: unknown
}

/** What was found by a comparison. */
export interface CompatibilityReport {
  readonly compatible: boolean
  /** None where compatible; at most 20. */
  readonly differences: readonly Difference[]
}

export type { Rule } from './refusal.ts'
