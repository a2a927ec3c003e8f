import type { Tx } from '#lib/postgres'
import type { TaskError } from '#lib/task-queue'

/** How a run stands: `failed` once all is done and a step has failed. */
export const runStatuses = ['running', 'success', 'failed'] as const
/** One of these. */
export type RunStatus = (typeof runStatuses)[number]

/** All that one arrival led to. */
export interface Run {
  readonly id: string
  readonly tenantId: string
  readonly flowId: string
  readonly generation: number
  readonly requestId: string
  readonly status: RunStatus
  readonly startedAt: Date
  readonly finishedAt: Date | undefined
}

/** How a step stands: `waiting` also between attempts. */
export type StepStatus = 'waiting' | 'running' | 'success' | 'failed'

/** One message at one step. */
export interface RunStep {
  readonly id: string
  readonly stepId: string
  readonly status: StepStatus
  /** Attempts so far. */
  readonly attempt: number
  /** JSON text of the message; `null` when it is gone. */
  readonly input: string
  /** JSON texts of the messages emitted. */
  readonly outputs: readonly string[]
  /** Whether its messages are left out, as there are too many bytes in those before. */
  readonly omitted: boolean
  /** Why it failed, or why the last attempt did. */
  readonly error: TaskError | undefined
  readonly createdAt: Date
  readonly startedAt: Date | undefined
  readonly finishedAt: Date | undefined
}

interface RunRow {
  readonly id: string
  readonly tenant_id: string
  readonly flow_id: string
  readonly generation: number
  readonly request_id: string
  readonly open_steps: number
  readonly failed_steps: number
  readonly started_at: Date
  readonly finished_at: Date | null
}

interface StepRow {
  readonly id: string
  readonly step_id: string
  readonly status: StepStatus
  readonly attempt: number
  readonly input: string | null
  readonly outputs: string[]
  readonly omitted: boolean
  readonly error: TaskError | null
  readonly created_at: Date
  readonly started_at: Date | null
  readonly finished_at: Date | null
}

const RUN_COLUMNS = 'id, tenant_id, flow_id, generation, request_id, open_steps, failed_steps, started_at, finished_at'

/** Most steps shown of one run; a run that splits its message has more. */
export const MOST_STEPS = 1_000

/** Bytes of messages shown of one run: the largest that a webhook takes, through three steps. An answer is held in memory whole. */
const MOST_BYTES = 16 * 1_048_576

/** SQL for something of the messages that the step `shown` emitted, of the first hundred. */
const OUTPUTS = (what: string): string =>
  `select ${what} from (select body, place from component_orchestrator.message o
                         where o.run_id = $1 and o.task_id = shown.id order by place limit 100) o`

/** Which runs a list shows. The tenant is named although row-level security knows it: only so an index serves. */
export interface RunFilter {
  readonly tenantId: string | undefined
  readonly flowId: string | undefined
  readonly status: RunStatus | undefined
}

/** What `toRun` tells a status by, in SQL. */
const HAS_STATUS: Readonly<Record<RunStatus, string>> = {
  running: 'open_steps > 0',
  success: 'open_steps <= 0 and failed_steps <= 0',
  failed: 'open_steps <= 0 and failed_steps > 0',
}

/** Runs of a flow, or of all flows, the latest first. */
export async function listRuns(
  tx: Tx,
  { tenantId, flowId, status }: RunFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ runs: Run[]; total: number }> {
  const wanted = Object.entries({ tenant_id: tenantId, flow_id: flowId }).filter(([, value]) => value !== undefined)
  const isWanted = wanted.map(([column], index) => `${column} = $${index + 1}`)
  const where = [status === undefined ? 'true' : HAS_STATUS[status], ...isWanted].join(' and ')
  const values = wanted.map(([, value]) => value)
  const rows = await tx.query<RunRow>(
    `select ${RUN_COLUMNS} from component_orchestrator.run where ${where}
      order by started_at desc, id desc limit ${page.limit} offset ${page.offset}`,
    values,
  )
  const [count] = await tx.query<{ total: number }>(
    `select count(*) as total from component_orchestrator.run where ${where}`,
    values,
  )
  return { runs: rows.map(toRun), total: count?.total ?? 0 }
}

/** The run; undefined when there is none that the transaction may see. */
export async function findRun(tx: Tx, id: string): Promise<Run | undefined> {
  const [row] = await tx.query<RunRow>(`select ${RUN_COLUMNS} from component_orchestrator.run where id = $1`, [id])
  return row && toRun(row)
}

/**
 * The steps of a run in the order in which they came up, those still to be done included. Messages are left out from where they come to
 * more than `mostBytes` together.
 */
export async function listSteps(tx: Tx, runId: string, mostBytes = MOST_BYTES): Promise<RunStep[]> {
  const rows = await tx.query<StepRow>(
    `with shown as (
       select id, step_id, message_id, status, attempt, error, created_at, started_at, finished_at
         from component_orchestrator.step where run_id = $1
       union all
       select id, step_id, message_id, case state when 'running' then 'running' else 'waiting' end, attempt, error,
              created_at, case state when 'running' then changed_at end, null
         from component_orchestrator.task where run_id = $1
        order by created_at, id limit ${MOST_STEPS}
     ), sized as (
       select shown.*, sum(coalesce(octet_length(m.body), 0) + (${OUTPUTS('coalesce(sum(octet_length(body)), 0)')}))
                         over (order by shown.created_at, shown.id) > $2 as omitted
         from shown left join component_orchestrator.message m on m.id = shown.message_id
     )
     select shown.id, step_id, status, attempt, error, created_at, started_at, finished_at, omitted,
            case when not omitted then (select body from component_orchestrator.message m where m.id = message_id) end as input,
            case when omitted then '{}' else (${OUTPUTS("coalesce(array_agg(body order by place), '{}')")}) end as outputs
       from sized shown order by created_at, id`,
    [runId, mostBytes],
  )
  return rows.map((row) => ({
    id: row.id,
    stepId: row.step_id,
    status: row.status,
    attempt: row.attempt,
    input: row.input ?? 'null',
    outputs: row.outputs,
    omitted: row.omitted,
    error: row.error ?? undefined,
    createdAt: row.created_at,
    startedAt: row.started_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
  }))
}

/** Deletes all runs of a tenant with their steps and messages. */
export async function deleteRunsOf(tx: Tx, tenantId: string): Promise<void> {
  await tx.query(
    `with gone as (delete from component_orchestrator.run where tenant_id = $1 returning id),
          step as (delete from component_orchestrator.step using gone where run_id = gone.id)
     delete from component_orchestrator.message using gone where run_id = gone.id`,
    [tenantId],
  )
}

function toRun(row: RunRow): Run {
  const ended = row.failed_steps > 0 ? 'failed' : 'success'
  return {
    id: row.id,
    tenantId: row.tenant_id,
    flowId: row.flow_id,
    generation: row.generation,
    requestId: row.request_id,
    status: row.open_steps > 0 ? 'running' : ended,
    startedAt: row.started_at,
    finishedAt: row.finished_at ?? undefined,
  }
}
