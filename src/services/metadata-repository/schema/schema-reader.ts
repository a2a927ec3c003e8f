import type { Tx } from '#lib/postgres'
import { locationOf, uriFault } from '#lib/schema-location'
import { found } from '../deps.ts'
import type { Domain } from '../domain/domain.ts'
import { findDomainById } from '../domain/domain-store.ts'
import type { Schema, SchemaVersion } from './schema.ts'
import { findSchemaById, findSchemasAt } from './schema-store.ts'
import type { Written } from './schema-writer.ts'
import { findVersion } from './version-store.ts'

/** A schema and the domain that it is in. */
export interface Placed {
  readonly domain: Domain
  readonly schema: Schema
}

/** The schema at a path of a domain. Throws `not-found`, also for what the transaction must not see. */
export async function schemaAt(tx: Tx, domainId: string, uri: string): Promise<Placed> {
  const domain = found(await findDomainById(tx, domainId), 'domain', 'id')
  const isUri = uriFault(uri) === undefined
  const [schema] = isUri ? await findSchemasAt(tx, [locationOf({ domainId: domain.id, uri })]) : []
  return { domain, schema: found(schema, 'schema', '*') }
}

/** The schema with the id. Throws `not-found`, also for what the transaction must not see. */
export async function schemaOf(tx: Tx, id: string): Promise<Placed> {
  const schema = found(await findSchemaById(tx, id), 'schema', 'id')
  return { schema, domain: found(await findDomainById(tx, schema.domainId), 'schema', 'id') }
}

/** A version of the schema; without a number the newest. Throws `not-found`. */
export async function versionOf(tx: Tx, schema: Schema, version = schema.version): Promise<SchemaVersion> {
  return found(await findVersion(tx, schema.id, version), 'version', 'version')
}

/** The schema as it was in one of its versions. */
export function inVersion(schema: Schema, { version, dialect, value, refs, broken }: SchemaVersion): Written {
  return { schema: { ...schema, version, refs }, dialect, value: JSON.parse(value), broken }
}
