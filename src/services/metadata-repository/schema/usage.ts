import { type Fault, HubError } from '#lib/errors'
import type { Tx } from '#lib/postgres'
import type { Domain } from '../domain/domain.ts'
import type { Schema } from './schema.ts'

/** A schema that refers to another. */
export interface Referrer {
  readonly id: string
  readonly domainId: string
  readonly tenantId: string | undefined
  readonly uri: string
  readonly name: string
}

interface ReferrerRow {
  readonly id: string
  readonly domain_id: string
  readonly tenant_id: string | null
  readonly uri: string
  readonly name: string
}

/** Whether a schema of domain `source` may refer to one of `target`; in SQL what `mayReferTo` says. */
export const REACHES = `(target.public or (not source.public and target.tenant_id is not distinct from source.tenant_id))`

/** Schemas `s` that refer to schemas `t`, with their domains. */
const REFERENCES = `metadata_repository.schema t
  join metadata_repository.domain target on target.id = t.domain_id
  join metadata_repository.schema s on s.refs @> array[t.location]
  join metadata_repository.domain source on source.id = s.domain_id and ${REACHES}`

/** How many are named where something is refused. */
const MOST_NAMED = 20

/** Up to `most` schemas that refer to the schema and that the transaction sees, in the order of their locations. */
export async function findReferrers(tx: Tx, schemaId: string, most: number): Promise<Referrer[]> {
  const rows = await tx.query<ReferrerRow>(
    `select s.id, s.domain_id, s.tenant_id, s.uri, s.name from ${REFERENCES} where t.id = $1 order by s.location limit $2`,
    [schemaId, most],
  )
  return rows.map(toReferrer)
}

/** Throws `conflict`, naming who refers to the schema, unless nobody does. */
export async function demandUnusedSchema(tx: Tx, schema: Schema): Promise<void> {
  refuseUsed('delete the schema', await findReferrers(tx, schema.id, MOST_NAMED + 1), schema.tenantId)
}

/** Throws `conflict`, naming who refers to schemas of the domain, unless nobody else does: no other domain, or no other tenant. */
export async function demandUnused(tx: Tx, domain: Domain, by: 'of other domains' | 'of other tenants'): Promise<void> {
  const other = by === 'of other domains' ? 's.domain_id <> t.domain_id' : 's.tenant_id is distinct from t.tenant_id'
  const rows = await tx.query<ReferrerRow>(
    `select distinct s.location, s.id, s.domain_id, s.tenant_id, s.uri, s.name from ${REFERENCES}
      where t.domain_id = $1 and ${other} order by s.location limit $2`,
    [domain.id, MOST_NAMED + 1],
  )
  const what = by === 'of other domains' ? 'delete the domain' : 'take the domain from other tenants'
  refuseUsed(what, rows.map(toReferrer), domain.tenantId)
}

/** Throws `conflict` unless all that schemas of the domain refer to is public or in it. */
export async function demandReadable(tx: Tx, domain: Domain): Promise<void> {
  const rows = await tx.query<{ uri: string; to: string }>(
    `select s.uri, t.location as to
       from metadata_repository.schema s cross join lateral unnest(s.refs) as ref
       join metadata_repository.schema t on t.location = ref
       join metadata_repository.domain target on target.id = t.domain_id
      where s.domain_id = $1 and t.domain_id <> s.domain_id and not target.public
        and target.tenant_id is not distinct from s.tenant_id
      order by s.uri limit $2`,
    [domain.id, MOST_NAMED],
  )
  if (rows.length === 0) return
  const faults = rows.map(({ uri, to }) => ({ field: 'public', message: `Schema "${uri}" refers to "${to}"` }))
  throw new HubError('conflict', 'Cannot make the domain public as its schemas must refer to public schemas alone', {
    faults,
  })
}

/** Of another tenant nothing is named. */
function refuseUsed(what: string, referrers: readonly Referrer[], tenantId: string | undefined): void {
  if (referrers.length === 0) return
  const own = referrers.filter((each) => each.tenantId === tenantId)
  const named = own.slice(0, MOST_NAMED).map(({ domainId, uri }): Fault => {
    return { field: 'id', message: `Schema "${uri}" of domain "${domainId}" refers to it` }
  })
  const more: Fault[] = own.length > MOST_NAMED ? [{ message: 'More schemas refer to it' }] : []
  const foreign: Fault[] = own.length < referrers.length ? [{ message: 'Schemas of other tenants refer to it' }] : []
  const faults = [...named, ...more, ...foreign]
  throw new HubError('conflict', `Cannot ${what} as no schema must refer to it: ${faults[0]?.message}`, { faults })
}

function toReferrer(row: ReferrerRow): Referrer {
  return { id: row.id, domainId: row.domain_id, tenantId: row.tenant_id ?? undefined, uri: row.uri, name: row.name }
}
