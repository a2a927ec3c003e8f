import type { Tx } from '#lib/postgres'
import type { Flow } from './flow.ts'
import type { FlowStatus } from './flow-status.ts'
import { schemaMentions } from './schema-mentions.ts'

/** A flow that names a schema. */
export interface SchemaUser {
  readonly id: string
  readonly name: string
  readonly status: FlowStatus
}

/** Stores what the graph of the flow names, in place of what it named before. */
export async function storeMentions(
  tx: Tx,
  { id, tenantId, graph }: Pick<Flow, 'id' | 'tenantId' | 'graph'>,
): Promise<void> {
  const mentions = schemaMentions(graph)
  await Promise.all([
    tx.query('delete from flow_repository.schema_mention where flow_id = $1', [id]),
    mentions.length > 0 &&
      tx.query(
        `insert into flow_repository.schema_mention (flow_id, tenant_id, location) select $1, $2, unnest($3::text[])`,
        [id, tenantId, mentions],
      ),
  ])
}

/** Up to `most` flows of the tenant that name the schema or the domain, by their names. */
export async function findSchemaUsers(tx: Tx, location: string, tenantId: string, most: number): Promise<SchemaUser[]> {
  return tx.query<SchemaUser & Record<string, unknown>>(
    `select f.id, f.name, f.status
       from flow_repository.schema_mention m join flow_repository.flow f on f.id = m.flow_id
      where m.location = $1 and m.tenant_id = $2 order by lower(f.name), f.id limit $3`,
    [location, tenantId, most],
  )
}

/** How many flows of other tenants that the transaction sees name the schema or the domain. */
export async function countOtherUsers(tx: Tx, location: string, tenantId: string | undefined): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `select count(*) as count from flow_repository.schema_mention where location = $1 and tenant_id is distinct from $2`,
    [location, tenantId ?? null],
  )
  return row?.count ?? 0
}
