import type { Tx } from '#lib/postgres'
import type { Flow, Owner } from './flow.ts'
import type { FlowStatus } from './flow-status.ts'
import type { Graph } from './graph.ts'

interface FlowRow {
  readonly id: string
  readonly tenant_id: string
  readonly name: string
  readonly description: string | null
  readonly type: string
  readonly graph: Graph
  readonly owners: Owner[]
  readonly status: FlowStatus
  readonly generation: number
  readonly version: number
  readonly failure: string | null
  readonly created_at: Date
  readonly updated_at: Date
}

const COLUMNS =
  'id, tenant_id, name, description, type, graph, owners, status, generation, version, failure, created_at, updated_at'

/** What a list of flows is narrowed down to. */
export interface FlowFilter {
  readonly status?: FlowStatus
  readonly type?: string
  /** Part of the name or the description, in any case. */
  readonly search?: string
}

/** Which part of a list, in which order. */
export interface FlowPage {
  readonly orderBy: 'createdAt' | 'updatedAt' | 'name'
  readonly descending: boolean
  readonly limit: number
  readonly offset: number
}

/** Names in any case, as some servers would put all capitals first. */
const ORDER_COLUMNS = { createdAt: 'created_at', updatedAt: 'updated_at', name: 'lower(name)' } as const

/** Stores a new flow. */
export async function insertFlow(tx: Tx, flow: Flow): Promise<void> {
  await tx.query(
    `insert into flow_repository.flow (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    toValues(flow),
  )
}

/** Stores every field of a flow anew. */
export async function updateFlow(tx: Tx, flow: Flow): Promise<void> {
  await tx.query(
    `update flow_repository.flow
        set (${COLUMNS}) = row ($1::uuid, $2::uuid, $3, $4, $5, $6::json, $7::jsonb, $8, $9::integer, $10::integer, $11,
                                $12::timestamptz, $13::timestamptz)
      where id = $1`,
    toValues(flow),
  )
}

/** Removes a flow; one that is not there is no error. */
export async function deleteFlowById(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from flow_repository.flow where id = $1', [id])
}

/** Removes all flows of a tenant; resolves to what they were. */
export async function deleteFlowsOf(tx: Tx, tenantId: string): Promise<Flow[]> {
  const rows = await tx.query<FlowRow>(`delete from flow_repository.flow where tenant_id = $1 returning ${COLUMNS}`, [
    tenantId,
  ])
  return rows.map(toFlow)
}

/** The flows that a user owns, of one tenant or of all, locked for the rest of the transaction in the order of their ids. */
export async function findFlowsOwnedBy(tx: Tx, userId: string, tenantId: string | undefined): Promise<Flow[]> {
  const rows = await tx.query<FlowRow>(
    `select ${COLUMNS} from flow_repository.flow
      where owners @> $1::jsonb and ($2::uuid is null or tenant_id = $2) order by id for update`,
    [JSON.stringify([{ id: userId, type: 'user' }]), tenantId ?? null],
  )
  return rows.map(toFlow)
}

/** Locks the flow for the rest of the transaction, where `forUpdate`. */
export async function findFlowById(tx: Tx, id: string, forUpdate = false): Promise<Flow | undefined> {
  const lock = forUpdate ? 'for update' : ''
  const [row] = await tx.query<FlowRow>(`select ${COLUMNS} from flow_repository.flow where id = $1 ${lock}`, [id])
  return row === undefined ? undefined : toFlow(row)
}

/** The flows of a page, and how many there are in all. */
export async function listFlows(tx: Tx, filter: FlowFilter, page: FlowPage): Promise<{ flows: Flow[]; total: number }> {
  const where = `($1::text is null or status = $1) and ($2::text is null or type = $2)
    and ($3::text is null or strpos(lower(name), lower($3)) > 0 or strpos(lower(description), lower($3)) > 0)`
  const values = [filter.status ?? null, filter.type ?? null, filter.search ?? null]
  const direction = page.descending ? 'desc' : 'asc'
  const rows = await tx.query<FlowRow>(
    `select ${COLUMNS} from flow_repository.flow where ${where}
      order by ${ORDER_COLUMNS[page.orderBy]} ${direction}, id ${direction} limit $4 offset $5`,
    [...values, page.limit, page.offset],
  )
  const [count] = await tx.query<{ total: number }>(
    `select count(*) as total from flow_repository.flow where ${where}`,
    values,
  )
  return { flows: rows.map(toFlow), total: count?.total ?? 0 }
}

function toValues(flow: Flow): unknown[] {
  const { id, tenantId, name, description, type, graph, owners, status, generation, version, failure } = flow
  const json = [JSON.stringify(graph), JSON.stringify(owners)]
  const moments = [flow.createdAt, flow.updatedAt]
  return [
    id,
    tenantId,
    name,
    description ?? null,
    type,
    ...json,
    status,
    generation,
    version,
    failure ?? null,
    ...moments,
  ]
}

function toFlow(row: FlowRow): Flow {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    description: row.description ?? undefined,
    type: row.type,
    graph: row.graph,
    owners: row.owners,
    status: row.status,
    generation: row.generation,
    version: row.version,
    failure: row.failure ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
