import type { Payloads } from '#catalogue'
import type { ServiceBus } from '#event-bus'
import type { ConfigValues } from '#lib/config'
import type { Logger } from '#lib/logger'
import type { Membership } from '#lib/membership'
import { createOutbound } from '#lib/outbound/outbound'
import type { Database } from '#lib/postgres'
import type { TokenLookup } from '#lib/principal'
import type { Service } from '#lib/service'
import type { ServiceClient } from '#lib/service-client'
import { createTaskQueue } from '#lib/task-queue'
import { loadComponents } from './component/component-registry.ts'
import { createComponentRunner } from './component/component-runner.ts'
import type { componentOrchestratorConfig } from './config.ts'
import { createExpressionPool } from './expression/expression-pool.ts'
import { createFlowClient } from './flow/flow-client.ts'
import { giveFlowUp } from './flow/giving-up.ts'
import { createPlanCache } from './flow/plan-cache.ts'
import { createPreparation } from './flow/preparation.ts'
import { createRunTokens } from './flow/run-tokens.ts'
import { onFlowRequest, requestNames } from './handlers/on-flow-request.ts'
import { onTenantDeleted } from './handlers/on-tenant-deleted.ts'
import { componentOrchestratorMigrations } from './migrations.ts'
import { permissions } from './permissions.ts'
import { getExecution } from './routes/get-execution.ts'
import { getExecutions } from './routes/get-executions.ts'
import { headWebhook } from './routes/head-webhook.ts'
import { webhook } from './routes/webhook.ts'
import { createCompletions } from './run/completion.ts'
import { createEngine } from './run/engine.ts'
import { createHeadStarts } from './run/head-start.ts'
import { createIntake } from './run/intake.ts'
import { createMessageCache } from './run/message-cache.ts'
import { createPlacement } from './run/placement.ts'
import { createStepRunner } from './run/step-runner.ts'
import type { FlowTask, StepPlaces, StepTask } from './run/task.ts'
import { createSchemaClient } from './schema/schema-client.ts'
import { createSecretClient } from './secret/secret-client.ts'

/** What the Component Orchestrator needs from the process that runs it. */
export interface ComponentOrchestratorDeps {
  readonly db: Database
  readonly bus: ServiceBus<Payloads>
  readonly membership: Membership
  readonly logger: Logger
  readonly config: ConfigValues<typeof componentOrchestratorConfig>
  /** Calls the Flow Repository by the orchestrator's own token, which may read flows. */
  readonly flowRepository: ServiceClient
  /** Calls the IAM by a token that may get those of runs. */
  readonly iam: ServiceClient
  /** Calls the Secret Service; each call brings the token of the run that it is for. */
  readonly secretService: ServiceClient
  /** Calls the Metadata Repository; each call brings the token of the run that it is for. */
  readonly metadataRepository: ServiceClient
  /** Whom a token stands for, as the guard of the process knows it. */
  readonly principals: TokenLookup
  /** Folder of the built-in components. */
  readonly components: string
  /** How long running steps may go on at a stop. Default 10,000 ms. */
  readonly stepGraceMs?: number
}

const TABLE = 'component_orchestrator.task'

/** Prepares flows when asked by events, takes in what their triggers get, and works on their steps. */
export function createComponentOrchestrator(deps: ComponentOrchestratorDeps): Service {
  const { db, bus, membership, logger, config } = deps
  const onError = (err: unknown, context: Record<string, unknown>) => logger.warn({ err, ...context }, 'work failed')
  const registry = loadComponents(deps.components)
  const pool = createExpressionPool({ deadline: config.expressionTimeoutMs })
  const outbound = createOutbound({ allow: config.outboundAllow })
  const schemas = createSchemaClient(deps.metadataRepository)
  const runner = createComponentRunner({ registry, pool, outbound, schemas, logger })
  const messages = createMessageCache()
  const steps = createTaskQueue<StepTask>({ db, membership, table: TABLE })
  const places: StepPlaces = {
    reserve: (ids, ending) => engine.reserve(ids, ending),
    room: (mostMs) => engine.room(mostMs),
    alone: () => membership.alive() === 1,
    wake: () => engine.wake(),
    memberId: membership.id,
  }
  const placement = createPlacement({ messages, places })
  const runsIn = (component: string) => registry.find(component)?.descriptor.runsIn
  const plans = createPlanCache(db)
  const runTokens = createRunTokens({
    iam: deps.iam,
    principals: deps.principals,
    onNobodyLeft: (runs, reason) => giveFlowUp({ db, bus }, runs, reason),
    onError,
  })
  const stepRunner = createStepRunner({
    ...{ runner, plans, runTokens },
    secrets: createSecretClient(deps.secretService),
    isHosted: (component) => runsIn(component) === 'host',
  })
  const headStarts = createHeadStarts({
    steps: stepRunner,
    plans,
    isPure: (component) => runsIn(component) === 'expression-worker',
    most: config.stepConcurrency,
  })
  const completions = createCompletions({ db, placement, memberId: membership.id })
  const intake = createIntake({ db, placement, headStarts, places })
  const engine = createEngine({
    db,
    queue: steps,
    steps: stepRunner,
    headStarts,
    messages,
    completions,
    attempts: config.stepAttempts,
    backoffMs: config.stepBackoffMs,
    concurrency: config.stepConcurrency,
    timeoutMs: config.stepTimeoutMs,
    graceMs: deps.stepGraceMs,
    onError,
  })
  const preparation = createPreparation({
    db,
    bus,
    queue: createTaskQueue<FlowTask>({ db, membership, table: TABLE }),
    flows: createFlowClient(deps.flowRepository),
    registry,
    runTokens,
    onError,
  })

  const handle = onFlowRequest({ bus, onStart: () => preparation.wake() })
  const names = [...requestNames, 'iam.tenant.deleted'] as const
  bus.subscribe('component-orchestrator', { names, lanes: 4 }, async (event, context) => {
    switch (event.name) {
      case 'iam.tenant.deleted':
        return onTenantDeleted(event, context)
      case 'flowrepo.flow.starting':
      case 'flowrepo.flow.stopping':
      case 'flowrepo.flow.deleted':
        await handle(event, context)
    }
  })

  // HEAD comes first: a router that knows a GET alone would start a run for it.
  const hooks = [false, true].flatMap((suffix) => [
    headWebhook({ db }, { suffix }),
    webhook({ intake }, { method: 'GET', suffix }),
    webhook({ intake }, { method: 'POST', suffix }),
  ])

  return {
    name: 'component-orchestrator',
    migrations: componentOrchestratorMigrations,
    permissions: Object.values(permissions),
    mounts: [
      {
        base: '/component-orchestrator',
        tag: 'Component Orchestrator',
        routes: [getExecutions({ db }), getExecution({ db })],
      },
      { base: '/webhooks', tag: 'Webhooks', routes: hooks },
    ],
    async start() {
      pool.start()
      preparation.start()
      engine.start()
    },
    async stop() {
      await Promise.all([preparation.stop(), engine.stop(), intake.settled()])
      await runner.stop()
      await Promise.all([pool.stop(), outbound.close()])
    },
  }
}
