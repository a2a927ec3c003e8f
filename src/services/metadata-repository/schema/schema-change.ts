import { isDeepStrictEqual } from 'node:util'
import type { Tx } from '#lib/postgres'
import type { Domain } from '../domain/domain.ts'
import type { PreparedSchema } from '../language/prepared-schema.ts'
import { type CompatibilityMode, versionsOf } from './compatibility.ts'
import { type Schema, type SchemaInput, storedTargets } from './schema.ts'
import { type KnownSchema, type SchemaSpace, SpaceLoader } from './schema-space.ts'
import { findSchemasAt } from './schema-store.ts'
import { REACHES } from './usage.ts'

/** What somebody wants a schema to be. */
export interface Wish {
  readonly prepared: PreparedSchema
  readonly input: SchemaInput
}

/** A wish beside what there is. */
export interface SchemaChange extends Wish {
  /** Undefined = it is a new schema. */
  readonly before: { readonly schema: Schema; readonly known: KnownSchema } | undefined
  readonly isOtherValue: boolean
  /** As it is to be. */
  readonly after: KnownSchema
}

/** A place within a schema that another one leads to, and one such other. */
export interface UsedPlace {
  readonly location: string
  readonly fragment: string
  readonly by: Pick<KnownSchema, 'domainId' | 'uri'> & { readonly tenantId: string | undefined }
}

/** Changes, and all that is to be known for their check. */
export interface Outlook {
  readonly domain: Domain
  readonly changes: readonly SchemaChange[]
  /** What there is now: what is changed, what the changes lead to and what leads to them. */
  readonly space: SchemaSpace
  /** Schemas with a mode, beside the changed ones, whose meaning changes; undefined = more than 100. */
  readonly referrers: readonly KnownSchema[] | undefined
  readonly used: readonly UsedPlace[]
}

/** More are not looked at for one change. */
export const MOST_USED_PLACES = 5_000

const MOST_REFERRERS = 100

/** Looks at all that the wishes concern, as far as the transaction sees it. */
export async function lookAt(tx: Tx, domain: Domain, wishes: readonly Wish[]): Promise<Outlook> {
  const loader = new SpaceLoader(tx)
  const locations = wishes.map(({ prepared }) => prepared.location)
  const schemas = new Map((await findSchemasAt(tx, locations)).map((schema) => [schema.location, schema]))
  await loader.load([...schemas.keys()])
  const changes = wishes.map((wish) => changeOf(domain, wish, schemas, loader.space))
  await loader.follow(changes.map(({ after }) => after))
  const changed = changes.filter(({ before, isOtherValue }) => before !== undefined && isOtherValue)
  await followFormer(tx, loader, changed)
  const changedAt = changed.map(({ after }) => after.location)
  const found = await findMeaningReferrers(tx, changedAt, domain.tenantId)
  // Those of other tenants beyond the most must not keep the owner of a public schema from ever changing it.
  const isTooMany = found[MOST_REFERRERS]?.own === true
  const looked = found.slice(0, MOST_REFERRERS).map(({ location }) => location)
  const referrers = isTooMany ? undefined : await loader.load(looked)
  return { domain, changes, space: loader.space, referrers, used: await findUsedPlaces(tx, changedAt) }
}

/** What the outlook rests on: as long as it is the same, whatever was found by it holds. */
export function fingerprintOf({ domain, changes, space, referrers, used }: Outlook): string {
  const known = [...space.values()].map(({ location, id, version, mode, reach }) => [
    location,
    id,
    version,
    mode,
    reach,
  ])
  return JSON.stringify([
    ...[domain.public, domain.compatibility, changes.map(({ before }) => before?.schema)],
    ...[
      known.toSorted(),
      referrers?.map(({ location }) => location),
      used.map(({ location, fragment }) => [location, fragment]),
    ],
  ])
}

function changeOf(
  domain: Domain,
  { prepared, input }: Wish,
  schemas: ReadonlyMap<string, Schema>,
  space: SchemaSpace,
): SchemaChange {
  const { location, uri, dialect, value } = prepared
  const [schema, known] = [schemas.get(location), space.get(location)]
  const before = schema && known && { schema, known }
  const mode: CompatibilityMode = input.compatibility ?? schema?.compatibility ?? domain.compatibility
  const isOtherValue = before === undefined || !isDeepStrictEqual(before.known.value, value)
  const after: KnownSchema = {
    ...{ id: schema?.id, location, domainId: domain.id, uri, version: (schema?.version ?? 0) + (isOtherValue ? 1 : 0) },
    ...{ reach: { tenantId: domain.tenantId, public: domain.public }, mode, dialect, value },
    ...{ refs: storedTargets(prepared).refs, hasBroken: prepared.broken.length > 0 },
  }
  return { prepared, input, before, isOtherValue, after }
}

/** What former versions lead to, as far as they are compared with. */
async function followFormer(tx: Tx, loader: SpaceLoader, changes: readonly SchemaChange[]): Promise<void> {
  for (const { before, after } of changes) {
    const count = versionsOf(after.mode)
    if (before === undefined || count < 2) continue
    const rows = await tx.query<{ refs: string[] }>(
      'select refs from metadata_repository.schema_version where schema_id = $1 order by version desc limit $2',
      [before.schema.id, count],
    )
    await loader.follow(rows.map(({ refs }) => ({ refs, reach: after.reach })))
  }
}

/** The locations of schemas with a mode that lead to these, also by way of others, those of the tenant first: one more than 100 at most. */
async function findMeaningReferrers(
  tx: Tx,
  locations: readonly string[],
  tenantId: string | undefined,
): Promise<{ readonly location: string; readonly own: boolean }[]> {
  if (locations.length === 0) return []
  return tx.query(
    `with recursive meant (id, location, domain_id) as (
       select id, location, domain_id from metadata_repository.schema where location = any ($1::text[])
       union
       select s.id, s.location, s.domain_id
         from meant join metadata_repository.domain target on target.id = meant.domain_id
         join metadata_repository.schema s on s.refs @> array[meant.location]
         join metadata_repository.domain source on source.id = s.domain_id and ${REACHES}
     )
     select s.location, s.tenant_id is not distinct from $3 as own
       from meant join metadata_repository.schema s on s.id = meant.id
       join metadata_repository.domain d on d.id = s.domain_id
      where s.location <> all ($1::text[]) and coalesce(s.compatibility, d.compatibility) <> 'NONE'
      order by own desc, s.location limit $2`,
    [locations, MOST_REFERRERS + 1, tenantId ?? null],
  )
}

/** The places within these that others lead to, and one more than the most where there are more. */
async function findUsedPlaces(tx: Tx, locations: readonly string[]): Promise<UsedPlace[]> {
  if (locations.length === 0) return []
  const rows = await tx.query<{
    location: string
    pointer: string
    domain_id: string
    tenant_id: string | null
    uri: string
  }>(
    `select distinct on (pointer) t.location, pointer, s.domain_id, s.tenant_id, s.uri
       from metadata_repository.schema t
       join metadata_repository.domain target on target.id = t.domain_id
       join metadata_repository.schema s on s.refs @> array[t.location]
       join metadata_repository.domain source on source.id = s.domain_id and ${REACHES}
       cross join lateral unnest(s.pointers) as pointer
      where t.location = any ($1::text[]) and s.location <> all ($1::text[]) and starts_with(pointer, t.location || '#')
      order by pointer, s.location limit $2`,
    [locations, MOST_USED_PLACES + 1],
  )
  return rows.map((row) => ({
    location: row.location,
    fragment: row.pointer.slice(row.location.length + 1),
    by: { domainId: row.domain_id, uri: row.uri, tenantId: row.tenant_id ?? undefined },
  }))
}
