import type { Dialect } from '../language/dialect.ts'
import type { Fault, JsonSchema } from '../language/json-schema.ts'

/** A schema with all that it refers to, transitively, as far as there is such a thing. */
export interface Bundle {
  /** Location of the schema that is meant. */
  readonly root: string
  /** By location; the root among them. */
  readonly schemas: Readonly<Record<string, { readonly dialect: Dialect; readonly value: JsonSchema }>>
}

/** What is wrong with a document. */
export interface ValidationError {
  /** JSON pointer into the document. */
  readonly path: string
  readonly schemaPath: string
  readonly keyword: string
  readonly message: string
}

/** What one schema takes and the other refuses. */
export interface Difference {
  /** JSON pointer into the schema that refuses. */
  readonly path: string
  /** As `required-property-added`. */
  readonly rule: string
  /** One sentence. */
  readonly message: string
  /** A document that the one takes and the other refuses, proved; absent = it could not be decided. */
  readonly example?: unknown
}

/** Whether a schema may take the place of another. */
export interface CompatibilityReport {
  readonly compatible: boolean
  /** Empty where compatible; at most 20. */
  readonly differences: readonly Difference[]
}

/** Which way two schemas are compared. `BACKWARD`: every document that the former takes the later takes too; `FORWARD`: the other way round. */
export type Direction = 'BACKWARD' | 'FORWARD'

/**
 * What is done with schemas by running them. The key says whose work it is: keys take turns. All throw `TerminalError` where it takes too
 * long or too much memory, and `BusyError` where too much waits.
 */
export interface SchemaChecks {
  /** Faults of the root: against the meta-schema of its dialect, or a pattern that cannot be run safely; none = it compiles. Broken references are none. */
  inspect(bundle: Bundle, key: string): Promise<readonly Fault[]>
  /** What is wrong with the document; nothing = it is valid. */
  validate(bundle: Bundle, document: unknown, key: string): Promise<readonly ValidationError[]>
  compare(
    pair: { readonly before: Bundle; readonly after: Bundle; readonly direction: Direction },
    key: string,
  ): Promise<CompatibilityReport>
}
