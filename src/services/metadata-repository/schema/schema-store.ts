import type { Tx } from '#lib/postgres'
import type { CompatibilityMode } from './compatibility.ts'
import type { Schema } from './schema.ts'

interface SchemaRow {
  readonly id: string
  readonly tenant_id: string | null
  readonly domain_id: string
  readonly uri: string
  readonly location: string
  readonly name: string
  readonly description: string | null
  readonly compatibility: CompatibilityMode | null
  readonly version: number
  readonly refs: string[]
  readonly pointers: string[]
  readonly created_at: Date
  readonly updated_at: Date
}

const COLUMNS =
  'id, tenant_id, domain_id, uri, location, name, description, compatibility, version, refs, pointers, created_at, updated_at'

/** What a list of schemas is narrowed down to. */
export interface SchemaFilter {
  readonly domainId: string
  /** Part of the name, the description or the uri, in any case. */
  readonly search?: string
}

/** Which part of a list, in which order. */
export interface SchemaPage {
  readonly orderBy: keyof typeof ORDER_COLUMNS
  readonly descending: boolean
  readonly limit: number
  readonly offset: number
}

/** Names in any case, as some servers would put all capitals first. */
const ORDER_COLUMNS = { createdAt: 'created_at', updatedAt: 'updated_at', name: 'lower(name)', uri: 'uri' } as const

/** Stores a new schema. */
export async function insertSchema(tx: Tx, schema: Schema): Promise<void> {
  await tx.query(
    `insert into metadata_repository.schema (${COLUMNS})
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    toValues(schema),
  )
}

/** Stores what can be changed of a schema. */
export async function updateSchema(tx: Tx, schema: Schema): Promise<void> {
  const { id, name, description, compatibility, version, refs, pointers, updatedAt } = schema
  await tx.query(
    `update metadata_repository.schema
        set name = $2, description = $3, compatibility = $4, version = $5, refs = $6, pointers = $7, updated_at = $8
      where id = $1`,
    [id, name, description ?? null, compatibility ?? null, version, refs, pointers, updatedAt],
  )
}

/** Removes a schema with its versions. */
export async function deleteSchemaById(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from metadata_repository.schema where id = $1', [id])
}

/** Removes up to `most` schemas of a domain; resolves to what they were. */
export async function deleteSchemasOf(tx: Tx, domainId: string, most: number): Promise<Schema[]> {
  const rows = await tx.query<SchemaRow>(
    `delete from metadata_repository.schema where id in (
       select id from metadata_repository.schema where domain_id = $1 limit $2) returning ${COLUMNS}`,
    [domainId, most],
  )
  return rows.map(toSchema)
}

/** The schema with the id; undefined also for one that the transaction must not see. */
export async function findSchemaById(tx: Tx, id: string): Promise<Schema | undefined> {
  const [row] = await tx.query<SchemaRow>(`select ${COLUMNS} from metadata_repository.schema where id = $1`, [id])
  return row && toSchema(row)
}

/** Those of the locations where there is a schema, in no order. */
export async function findSchemasAt(tx: Tx, locations: readonly string[]): Promise<Schema[]> {
  const rows = await tx.query<SchemaRow>(
    `select ${COLUMNS} from metadata_repository.schema where location = any ($1::text[])`,
    [locations],
  )
  return rows.map(toSchema)
}

/** All schemas of a domain, each with the text of its newest version. For domains that are known to be small. */
export async function findSchemasIn(
  tx: Tx,
  domainId: string,
): Promise<{ readonly schema: Schema; readonly text: string }[]> {
  const rows = await tx.query<SchemaRow & { readonly text: string }>(
    `select ${COLUMNS}, (select value from metadata_repository.schema_version v
                          where v.schema_id = s.id and v.version = s.version) as text
       from metadata_repository.schema s where domain_id = $1`,
    [domainId],
  )
  return rows.map((row) => ({ schema: toSchema(row), text: row.text }))
}

/** The schemas of a page, and how many there are in all. */
export async function listSchemas(
  tx: Tx,
  { domainId, search }: SchemaFilter,
  page: SchemaPage,
): Promise<{ readonly schemas: readonly Schema[]; readonly total: number }> {
  const where = `domain_id = $1 and ($2::text is null or strpos(lower(name), lower($2)) > 0
    or strpos(lower(description), lower($2)) > 0 or strpos(lower(uri), lower($2)) > 0)`
  const values = [domainId, search ?? null]
  const direction = page.descending ? 'desc' : 'asc'
  const rows = await tx.query<SchemaRow>(
    `select ${COLUMNS} from metadata_repository.schema where ${where}
      order by ${ORDER_COLUMNS[page.orderBy]} ${direction}, id ${direction} limit $3 offset $4`,
    [...values, page.limit, page.offset],
  )
  const [count] = await tx.query<{ total: number }>(
    `select count(*) as total from metadata_repository.schema where ${where}`,
    values,
  )
  return { schemas: rows.map(toSchema), total: count?.total ?? 0 }
}

function toValues(schema: Schema): unknown[] {
  const { id, tenantId, domainId, uri, location, name, description, compatibility, version } = schema
  return [
    ...[id, tenantId ?? null, domainId, uri, location, name, description ?? null, compatibility ?? null, version],
    ...[schema.refs, schema.pointers, schema.createdAt, schema.updatedAt],
  ]
}

function toSchema(row: SchemaRow): Schema {
  return {
    id: row.id,
    tenantId: row.tenant_id ?? undefined,
    domainId: row.domain_id,
    uri: row.uri,
    location: row.location,
    name: row.name,
    description: row.description ?? undefined,
    compatibility: row.compatibility ?? undefined,
    version: row.version,
    refs: row.refs,
    pointers: row.pointers,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
