import type { Dialect } from '../language/dialect.ts'
import type { PreparedSchema } from '../language/prepared-schema.ts'
import type { BrokenReference } from '../language/schema-reference.ts'
import type { CompatibilityMode } from './compatibility.ts'

/** A JSON Schema of a domain; its text is in its versions. */
export interface Schema {
  readonly id: string
  readonly domainId: string
  /** Of its domain. */
  readonly tenantId: string | undefined
  /** Path within the domain. */
  readonly uri: string
  /** By which others refer to it. */
  readonly location: string
  readonly name: string
  readonly description: string | undefined
  /** Undefined = that of the domain. */
  readonly compatibility: CompatibilityMode | undefined
  /** The newest, from 1. */
  readonly version: number
  /** Locations that the newest version refers to, without its own. */
  readonly refs: readonly string[]
  /** The same with the fragment, where there is one. */
  readonly pointers: readonly string[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** A text that a schema has had; never changed. */
export interface SchemaVersion {
  readonly schemaId: string
  readonly version: number
  readonly tenantId: string | undefined
  readonly dialect: Dialect
  /** JSON. */
  readonly value: string
  readonly refs: readonly string[]
  /** What led nowhere when it was written. */
  readonly broken: readonly BrokenReference[]
  /** Undefined = the hub itself. */
  readonly createdBy: string | undefined
  readonly createdAt: Date
}

/** What callers say of a schema beside its value. */
export interface SchemaInput {
  readonly name?: string
  readonly description?: string
  readonly compatibility?: CompatibilityMode
}

const fields = ['name', 'description', 'compatibility', 'version'] as const
/** What events tell of a change. */
export type SchemaField = (typeof fields)[number] | 'value'

/** Characters that a name may have. */
export const longestName = 200

/** Longer locations do not exist; see sql/. */
export const longestLocation = 2_000

/** Who makes something when. */
export interface Making {
  readonly id: string
  readonly tenantId: string | undefined
  readonly domainId: string
  readonly now: Date
}

/** A new schema, in its first version. Without a name it is called as its title, else as its uri. */
export function createSchema(prepared: PreparedSchema, input: SchemaInput, making: Making): Schema {
  const { id, tenantId, domainId, now } = making
  const { uri, location } = prepared
  return {
    ...{ id, domainId, tenantId, uri, location, name: nameOf(prepared, input) ?? uri.slice(0, longestName) },
    ...{ description: input.description, compatibility: input.compatibility, version: 1 },
    ...{ ...storedTargets(prepared), createdAt: now, updatedAt: now },
  }
}

/**
 * The schema after a change, and which fields are others than before. Another value is another version. What is absent stays, but for the
 * name: that follows the title, where there is one.
 */
export function changeSchema(
  before: Schema,
  change: { readonly prepared: PreparedSchema; readonly input: SchemaInput; readonly isOtherValue: boolean },
  now: Date,
): { readonly schema: Schema; readonly changed: readonly SchemaField[] } {
  const { prepared, input, isOtherValue } = change
  const after = {
    ...{ ...before, ...input, name: nameOf(prepared, input) ?? before.name },
    ...(isOtherValue && { ...storedTargets(prepared), version: before.version + 1 }),
  }
  const changed = [
    ...fields.filter((field) => before[field] !== after[field]),
    ...(isOtherValue ? (['value'] as const) : []),
  ]
  return { schema: changed.length === 0 ? before : { ...after, updatedAt: now }, changed }
}

function nameOf({ title = '' }: PreparedSchema, { name }: SchemaInput): string | undefined {
  const called = name ?? title.slice(0, longestName).toWellFormed()
  return called.trim() === '' ? undefined : called
}

/** What a schema refers to. References that cannot lead to anything are left out. */
export function storedTargets({ location, references }: PreparedSchema): Pick<Schema, 'refs' | 'pointers'> {
  const others = references.flatMap(({ target, fragment }) =>
    target === undefined || target === location || target.length > longestLocation ? [] : [{ target, fragment }],
  )
  const pointed = others.filter(({ fragment }) => fragment !== '')
  return {
    refs: [...new Set(others.map(({ target }) => target))],
    pointers: [...new Set(pointed.map(({ target, fragment }) => `${target}#${fragment}`))],
  }
}
