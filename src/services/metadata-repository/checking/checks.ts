import type { CompatibilityReport, Direction } from '../comparison/compatibility.ts'
import type { Bundle } from '../language/bundle.ts'
import type { Fault } from '../language/json-schema.ts'
import type { ValidationError } from '../validation/validator.ts'

/**
 * What is done with schemas by running them. The key says whose work it is: keys take turns. All throw `TerminalError` where it takes too
 * long or too much memory, and `BusyError` where too much waits.
 */
export interface SchemaChecks {
  /** Faults of the root: against the meta-schema of its dialect, a pattern that is none, or a reference to itself at the same place. Broken references are none. */
  inspect(bundle: Bundle, key: string): Promise<readonly Fault[]>
  /** What is wrong with the document; nothing = it is valid. */
  validate(bundle: Bundle, document: unknown, key: string): Promise<readonly ValidationError[]>
  /** Whether one schema may take the place of another. */
  compare(
    pair: { readonly before: Bundle; readonly after: Bundle; readonly direction: Direction },
    key: string,
  ): Promise<CompatibilityReport>
}
