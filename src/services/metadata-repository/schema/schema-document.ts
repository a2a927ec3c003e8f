import { type Static, Type } from 'typebox'
import { Id, Moment } from '#lib/schema'
import { withOrigin } from '#lib/schema-location'
import type { Domain } from '../domain/domain.ts'
import { OwnerSchema, ownersOf } from '../domain/domain-document.ts'
import { dialects } from '../language/dialect.ts'
import { toPublic } from '../language/public-schema.ts'
import { CompatibilityModeSchema } from './compatibility.ts'
import { longestName, type Schema, type SchemaVersion } from './schema.ts'
import type { Written } from './schema-writer.ts'

const Name = Type.String({ minLength: 1, maxLength: longestName, pattern: '\\S' })
const Description = Type.String({ maxLength: 2_000 })

/** A JSON Schema as it stands in a body: what is wrong with it is told with its place, and so it is not looked at before. */
export const ValueSchema = Type.Unknown({
  description: 'A JSON Schema of draft-04, -06, -07, 2019-09 or 2020-12, by its `$schema`; draft-07 where it has none',
})

/** A schema as callers send it. */
export const SchemaInputSchema = Type.Object(
  {
    name: Type.Optional({ ...Name, description: 'Default: the title' }),
    description: Type.Optional(Description),
    value: ValueSchema,
    compatibility: Type.Optional({ ...CompatibilityModeSchema, description: 'Default: that of the domain' }),
  },
  { additionalProperties: false },
)

/** A reference that leads nowhere. */
export const BrokenReferenceSchema = Type.Object({
  path: Type.String({ description: 'JSON pointer of the object that has the `$ref`' }),
  ref: Type.String(),
  reason: Type.String({ description: 'The end of a sentence that begins with the reference' }),
})

const version = {
  version: Type.Integer({ minimum: 1 }),
  dialect: Type.Enum([...dialects]),
  refs: Type.Array(Type.String(), { description: 'Addresses of the schemas that it refers to' }),
  broken: Type.Array(BrokenReferenceSchema, { description: 'References that led nowhere when it was written' }),
}

const head = {
  _id: Id,
  id: Id,
  domainId: Id,
  uri: Type.String({ description: 'Its path within the domain' }),
  location: Type.String({ description: 'Its address, by which others refer to it' }),
  name: Name,
  description: Type.Optional(Description),
  compatibility: Type.Optional({ ...CompatibilityModeSchema, description: 'Absent where that of the domain holds' }),
  owners: Type.Array(OwnerSchema, { description: 'Those of the domain' }),
  tenant: Type.Optional({ ...Id, description: 'Absent in a domain of the hub itself' }),
  createdAt: Moment,
  updatedAt: Moment,
}

/** A schema in a list. */
export const SchemaHead = Type.Object({ ...head, version: version.version, refs: version.refs })

/** A schema as callers receive it. */
export const SchemaDocument = Type.Object({ ...head, ...version, value: ValueSchema })

/** Answer with one schema. */
export const SchemaAnswer = Type.Object({ data: SchemaDocument })

/** A version in a list. */
export const VersionHead = Type.Object({
  ...version,
  createdBy: Type.Optional({ ...Id, description: 'Absent = the hub itself' }),
  createdAt: Moment,
})

/** A version as callers receive it. */
export const VersionDocument = Type.Object({ ...VersionHead.properties, value: ValueSchema })

/** Path parameters of a route for one schema by its id. */
export const SchemaParams = Type.Object({ id: Type.String({ format: 'uuid', description: 'The schema' }) })

/** Path parameters of a route for one schema by its uri. */
export const UriParams = Type.Object({
  id: Type.String({ format: 'uuid', description: 'The domain' }),
  '*': Type.String({ description: 'Path of the schema within the domain' }),
})

/** Writes a schema for a list. */
export function schemaHead(schema: Schema, domain: Pick<Domain, 'ownerId'>, origin: string): Static<typeof SchemaHead> {
  const { id, tenantId, domainId, uri, location, name, description, compatibility, refs, createdAt, updatedAt } = schema
  return {
    ...{ _id: id, id, domainId, uri, location: withOrigin(location, origin), name },
    ...{ ...(description !== undefined && { description }), ...(compatibility && { compatibility }) },
    ...{ owners: ownersOf(domain), ...(tenantId && { tenant: tenantId }) },
    ...{ version: schema.version, refs: refs.map((ref) => withOrigin(ref, origin)) },
    ...{ createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() },
  }
}

/** Writes a schema for callers, its identities and references as addresses of the hub. */
export function schemaDocument(
  { schema, value, dialect, broken }: Written,
  domain: Pick<Domain, 'ownerId'>,
  origin: string,
): Static<typeof SchemaDocument> {
  const told = broken.map(({ path, ref, reason }) => ({ path, ref, reason }))
  return { ...schemaHead(schema, domain, origin), dialect, broken: told, value: toPublic(value, origin) }
}

/** Writes a version for a list. */
export function versionHead(of: Omit<SchemaVersion, 'value'>, origin: string): Static<typeof VersionHead> {
  const { dialect, refs, broken, createdBy, createdAt } = of
  return {
    ...{ version: of.version, dialect, refs: refs.map((ref) => withOrigin(ref, origin)) },
    broken: broken.map(({ path, ref, reason }) => ({ path, ref, reason })),
    ...{ ...(createdBy && { createdBy }), createdAt: createdAt.toISOString() },
  }
}
