import type { Tx } from '#lib/postgres'
import type { Dialect } from '../language/dialect.ts'
import type { BrokenReference } from '../language/schema-reference.ts'
import type { SchemaVersion } from './schema.ts'

interface VersionRow {
  readonly schema_id: string
  readonly version: number
  readonly tenant_id: string | null
  readonly dialect: Dialect
  readonly value: string
  readonly refs: string[]
  readonly broken: BrokenReference[]
  readonly created_by: string | null
  readonly created_at: Date
}

const COLUMNS = 'schema_id, version, tenant_id, dialect, value, refs, broken, created_by, created_at'

/** Stores a new version. */
export async function insertVersion(tx: Tx, version: SchemaVersion): Promise<void> {
  const { schemaId, tenantId, dialect, value, refs, broken, createdBy, createdAt } = version
  await tx.query(
    `insert into metadata_repository.schema_version (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      schemaId,
      version.version,
      tenantId ?? null,
      dialect,
      value,
      refs,
      JSON.stringify(broken),
      createdBy ?? null,
      createdAt,
    ],
  )
}

/** One version of a schema. */
export async function findVersion(tx: Tx, schemaId: string, version: number): Promise<SchemaVersion | undefined> {
  const [row] = await tx.query<VersionRow>(
    `select ${COLUMNS} from metadata_repository.schema_version where schema_id = $1 and version = $2`,
    [schemaId, version],
  )
  return row && toVersion(row)
}

/** The versions of a page, the newest first, without their values. Versions are dense: there are as many as the number of the newest. */
export async function listVersions(
  tx: Tx,
  schemaId: string,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<Omit<SchemaVersion, 'value'>[]> {
  const columns = COLUMNS.replace(' value,', '')
  const rows = await tx.query<VersionRow>(
    `select ${columns}, '' as value from metadata_repository.schema_version where schema_id = $1
      order by version desc limit $2 offset $3`,
    [schemaId, limit, offset],
  )
  return rows.map((row) => {
    const { value, ...version } = toVersion(row)
    return version
  })
}

function toVersion(row: VersionRow): SchemaVersion {
  return {
    schemaId: row.schema_id,
    version: row.version,
    tenantId: row.tenant_id ?? undefined,
    dialect: row.dialect,
    value: row.value,
    refs: row.refs,
    broken: row.broken,
    createdBy: row.created_by ?? undefined,
    createdAt: row.created_at,
  }
}
