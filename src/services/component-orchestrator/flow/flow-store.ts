import { newId } from '#lib/id'
import type { Queryable, Tx } from '#lib/postgres'
import { PREPARE_QUEUE } from '../run/task.ts'
import type { Graph } from './graph.ts'

/** One start of a flow. */
export interface Start {
  readonly flowId: string
  readonly tenantId: string
  readonly generation: number
  readonly startedBy: string | undefined
}

/** Notes the start and enqueues its preparation. False when a start or stop as late as this one is known already. */
export async function beginStart(tx: Tx, { flowId, tenantId, generation, startedBy }: Start): Promise<boolean> {
  const rows = await tx.query(
    `insert into component_orchestrator.flow as known (id, tenant_id, generation, state, started_by)
     values ($1, $2, $3, 'preparing', $4)
     on conflict (id) do update
       set generation = excluded.generation, state = 'preparing', started_by = excluded.started_by, first_step = null
       where known.generation < excluded.generation
     returning id`,
    [flowId, tenantId, generation, startedBy ?? null],
  )
  if (rows.length === 0) return false
  await tx.query(
    `insert into component_orchestrator.task (id, queue, tenant_id, ordering_key, flow_id, generation)
     values ($1, $2, $3, $4, $5, $6)`,
    [newId(), PREPARE_QUEUE, tenantId, flowId, flowId, generation],
  )
  return true
}

/** Who asked for the start that is being prepared; undefined when it has been overtaken by a stop or another start. */
export async function findPreparing(
  tx: Tx,
  flowId: string,
  generation: number,
): Promise<{ tenantId: string; startedBy: string | undefined } | undefined> {
  const [row] = await tx.query<{ tenant_id: string; started_by: string | null }>(
    `select tenant_id, started_by from component_orchestrator.flow
      where id = $1 and generation = $2 and state = 'preparing' for update`,
    [flowId, generation],
  )
  return row && { tenantId: row.tenant_id, startedBy: row.started_by ?? undefined }
}

/** A start as its runs need it. */
export interface KnownStart extends Omit<Start, 'startedBy'> {
  /** In whose name the runs may act: who started the flow, then its owners at that time. */
  readonly accounts: readonly string[]
  readonly graph: Graph
}

/** From this commit on the flow takes things in. */
export async function completeStart(
  tx: Tx,
  { flowId, tenantId, generation, accounts, graph }: KnownStart,
  firstStep: string,
): Promise<void> {
  await tx.query(
    `insert into component_orchestrator.flow_version (flow_id, generation, tenant_id, graph, accounts) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [flowId, generation, tenantId, JSON.stringify(graph), accounts],
  )
  await tx.query(`update component_orchestrator.flow set state = 'started', first_step = $2 where id = $1`, [
    flowId,
    firstStep,
  ])
}

/** Notes that the start came to nothing. */
export async function failStart(tx: Tx, flowId: string): Promise<void> {
  await tx.query(`update component_orchestrator.flow set state = 'failed' where id = $1`, [flowId])
}

/** From this commit on the flow takes nothing in, unless it has moved on to another start. False when it took nothing in before. */
export async function giveStartUp(tx: Tx, flowId: string, generation: number): Promise<boolean> {
  const rows = await tx.query(
    `update component_orchestrator.flow set state = 'failed'
      where id = $1 and generation = $2 and state = 'started' returning id`,
    [flowId, generation],
  )
  return rows.length > 0
}

/** From this commit on the flow takes nothing in. A stop of an earlier start than the one known changes nothing. */
export async function stopFlow(tx: Tx, { flowId, tenantId, generation }: Omit<Start, 'startedBy'>): Promise<void> {
  await tx.query(
    `insert into component_orchestrator.flow as known (id, tenant_id, generation, state) values ($1, $2, $3, 'stopped')
     on conflict (id) do update set generation = excluded.generation, state = 'stopped'
       where known.generation <= excluded.generation`,
    [flowId, tenantId, generation],
  )
}

/** Forgets a deleted flow. Graphs stay as long as their runs. */
export async function forgetFlow(tx: Tx, flowId: string): Promise<void> {
  await tx.query('delete from component_orchestrator.flow where id = $1', [flowId])
}

/** Forgets the flows of a tenant, their graphs and their starts that are being prepared. */
export async function deleteFlowsOf(tx: Tx, tenantId: string): Promise<void> {
  for (const table of ['flow', 'flow_version', 'task']) {
    await tx.query(`delete from component_orchestrator.${table} where tenant_id = $1`, [tenantId])
  }
}

/** Undefined when that start is not known. */
export async function findStart(db: Queryable, flowId: string, generation: number): Promise<KnownStart | undefined> {
  const [row] = await db.query<{ tenant_id: string; graph: Graph; accounts: string[] }>(
    'select tenant_id, graph, accounts from component_orchestrator.flow_version where flow_id = $1 and generation = $2',
    [flowId, generation],
  )
  return row && { flowId, generation, tenantId: row.tenant_id, graph: row.graph, accounts: row.accounts }
}

/** Whether the flow takes things in at this moment. */
export async function isStarted(db: Queryable, flowId: string): Promise<boolean> {
  const rows = await db.query(`select from component_orchestrator.flow where id = $1 and state = 'started'`, [flowId])
  return rows.length > 0
}
