import { setImmediate as turn } from 'node:timers/promises'
import type { Payloads } from '#catalogue'
import type { ServiceBus } from '#event-bus'
import { BusyError, type Fault, HubError, messageOf } from '#lib/errors'
import { type Database, isConnectionError, type Tx } from '#lib/postgres'
import { backoff, type TaskQueue } from '#lib/task-queue'
import { createTaskWorker, type TaskWorker } from '#lib/task-worker'
import type { ComponentRegistry } from '../component/component-registry.ts'
import { type FlowTask, PREPARE_QUEUE } from '../run/task.ts'
import type { FlowClient } from './flow-client.ts'
import { completeStart, failStart, findPreparing } from './flow-store.ts'
import { type Graph, planOf, secretsOf } from './graph.ts'
import type { RunTokens } from './run-tokens.ts'

/** What preparing takes. */
export interface PreparationOptions {
  readonly db: Database
  readonly bus: Pick<ServiceBus<Payloads>, 'publish'>
  readonly queue: TaskQueue<FlowTask>
  readonly flows: FlowClient
  readonly registry: Pick<ComponentRegistry, 'validate'>
  readonly runTokens: RunTokens
  readonly onError: (error: unknown, context: Record<string, unknown>) => void
}

/** Some two minutes of trying to reach the Flow Repository; then the start has failed. */
const ATTEMPTS = 8

/** So many accounts the IAM looks at. */
const MOST_ACCOUNTS = 100
/** So many secrets a run token leads to. */
const MOST_SECRETS = 100

type Verdict =
  | { readonly graph: Graph; readonly firstStep: string; readonly accounts: readonly string[] }
  | { readonly reason: string; readonly stepId?: string }

/**
 * Makes flows ready to run: fetches the graph, checks every step against its component and that there is somebody in whose name it may
 * run, and answers `flow.started`, or `flow.failed` with the reason. Work outside a transaction, hence a task.
 */
export function createPreparation(options: PreparationOptions): TaskWorker<FlowTask> {
  const { db, bus, queue, flows, registry, runTokens } = options

  async function run(task: FlowTask): Promise<void> {
    try {
      const verdict = await judge(task)
      await db.transaction('everything', (tx) => settle(tx, task, verdict))
    } catch (error) {
      if (isConnectionError(error)) throw error
      if (task.attempt < ATTEMPTS && !isRefusal(error)) return retry(task, error)
      const reason = `Cannot prepare the flow: ${messageOf(error)}`
      await db.transaction('everything', (tx) => settle(tx, task, { reason }))
    }
  }

  /** Undefined when the flow has moved on to another start. */
  async function judge({ flow_id: flowId, generation }: FlowTask): Promise<Verdict | undefined> {
    const asked = await db.transaction('everything', (tx) => findPreparing(tx, flowId, generation))
    if (asked === undefined) return undefined
    const flow = await flows.read(flowId)
    if (flow === undefined) return { reason: 'The flow does not exist any more' }
    if (flow.generation !== generation) return undefined
    const { graph, owners } = flow
    const faults = await faultsOf(graph)
    if (faults !== undefined) return faults
    const secrets = secretsOf(graph)
    if (secrets.length > MOST_SECRETS) {
      return { reason: `A flow must act by at most ${MOST_SECRETS} secrets: it has ${secrets.length}` }
    }
    const users = owners.filter(({ type }) => type === 'user').map(({ id }) => id)
    const accounts = [...new Set([...(asked.startedBy ? [asked.startedBy] : []), ...users])].slice(0, MOST_ACCOUNTS)
    try {
      const { firstStep } = planOf(graph)
      await runTokens.get({ flowId, generation, tenantId: asked.tenantId, accounts, secrets })
      return { graph, firstStep, accounts }
    } catch (error) {
      if (error instanceof BusyError) throw error
      return { reason: messageOf(error) }
    }
  }

  async function faultsOf({ nodes }: Graph): Promise<{ reason: string; stepId: string } | undefined> {
    for (const [index, node] of nodes.entries()) {
      // Checking an expression takes time of the one thread that everybody shares.
      await turn()
      const [fault] = registry.validate(node.componentId, node.function, node.fields ?? {}, node.credentials_id)
      if (fault !== undefined) return { stepId: node.id, reason: reasonOf(fault, index, node.id) }
    }
    return undefined
  }

  async function settle(tx: Tx, task: FlowTask, verdict: Verdict | undefined): Promise<void> {
    const { flow_id: flowId, generation } = task
    if (!(await queue.finish(tx, [task])).has(task.id) || verdict === undefined) return
    const preparing = await findPreparing(tx, flowId, generation)
    if (preparing === undefined) return
    const { tenantId, startedBy } = preparing
    const payload = { ...(startedBy && { user: startedBy }), tenant: tenantId, id: flowId, flowId, generation }
    if ('reason' in verdict) {
      await failStart(tx, flowId)
      await bus.publish(tx, { name: 'flow.failed', payload: { ...payload, ...verdict, reason: plain(verdict.reason) } })
    } else {
      const { firstStep, ...ready } = verdict
      await completeStart(tx, { flowId, tenantId, generation, ...ready }, firstStep)
      await bus.publish(tx, { name: 'flow.started', payload })
    }
  }

  async function retry(task: FlowTask, error: unknown): Promise<void> {
    const delay = backoff(task.attempt, { firstMs: 500 })
    await db.transaction(
      'everything',
      async (tx) => void (await queue.retry(tx, task, delay, { message: messageOf(error) })),
    )
    options.onError(error, { part: 'preparation', flow: task.flow_id, attempt: task.attempt })
  }

  return createTaskWorker({
    queue,
    queues: () => [PREPARE_QUEUE],
    concurrency: 4,
    // A task that was set aside would leave its flow starting for ever: the last attempt answers.
    mostAttempts: () => Number.POSITIVE_INFINITY,
    run,
    onError: (error, task) => options.onError(error, { part: 'preparation', ...(task && { flow: task.flow_id }) }),
  })
}

/** Most characters of a reason: it may quote what a user wrote. */
const MOST_REASON = 2_000

/** As every database can keep it. */
function plain(reason: string): string {
  return reason.slice(0, MOST_REASON).replaceAll('\0', '\ufffd').toWellFormed()
}

/** The Flow Repository is there and does not want to tell: asking again changes nothing. */
function isRefusal(error: unknown): boolean {
  return error instanceof HubError && (error.code === 'unauthenticated' || error.code === 'forbidden')
}

function reasonOf({ field, message }: Fault, index: number, stepId: string): string {
  const place = field === undefined ? `graph.nodes[${index}]` : `graph.nodes[${index}].${field}`
  return `Step "${stepId}" cannot run: ${place}: ${message}`
}
