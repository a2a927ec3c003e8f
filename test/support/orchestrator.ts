import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { findEvent, type Payloads, personalKeyword } from '../../src/catalogue/index.ts'
import { createEventBus, type EventBus, eventBusMigrations } from '../../src/event-bus/index.ts'
import { readConfig } from '../../src/lib/config.ts'
import { fieldError, HubError } from '../../src/lib/errors.ts'
import { createHttpServer } from '../../src/lib/http/http-server.ts'
import { createLogger, type Logger } from '../../src/lib/logger.ts'
import { createMembership } from '../../src/lib/membership.ts'
import { createPayloadCheck } from '../../src/lib/payload-check.ts'
import type { Database } from '../../src/lib/postgres.ts'
import type { Principal } from '../../src/lib/principal.ts'
import type { ServiceClient } from '../../src/lib/service-client.ts'
import { createMetrics } from '../../src/lib/telemetry.ts'
import type { Message } from '../../src/services/component-orchestrator/component/component.ts'
import { componentOrchestratorConfig } from '../../src/services/component-orchestrator/config.ts'
import type { Graph } from '../../src/services/component-orchestrator/flow/graph.ts'
import { componentOrchestratorMigrations } from '../../src/services/component-orchestrator/migrations.ts'
import { createComponentOrchestrator } from '../../src/services/component-orchestrator/service.ts'
import { createRecord, type Recorded } from './bus.ts'
import { mortal } from './mortal-database.ts'
import { createTestDatabase, type TestDatabase } from './postgres.ts'
import { type Probe, probeFolder } from './probe-component.ts'

export { type Probe, probeGraph } from './probe-component.ts'

/** An answer of the orchestrator's HTTP server. */
export interface ProcessAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every form
  readonly body: any
}

/** A process that runs the orchestrator alone; the Flow Repository is played by the test. */
export interface OrchestratorProcess {
  readonly url: string
  readonly db: Database
  /** Steps of the component `probe` that this process began. */
  readonly probed: Recorded<{ readonly name: string; readonly message: Message; readonly key: string }>
  call(method: string, path: string, init?: Omit<RequestInit, 'method'>): Promise<ProcessAnswer>
  stop(): Promise<void>
  /** Cuts all its connections; it never speaks to the database again. */
  crash(): Promise<void>
}

export interface OrchestratorProcessOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly probe?: Probe
  /** Default: one that no step needs. */
  readonly secretService?: ServiceClient
  /** Default: one that no step needs. */
  readonly metadataRepository?: ServiceClient
  /** Default: a silent one. */
  readonly logger?: Logger
  /** How long steps may go on at a stop. Default 200 ms. */
  readonly stepGraceMs?: number
}

/** A flow as the Flow Repository of the test serves it. */
export interface TestFlow {
  generation: number
  graph: Graph
  /** Default nobody. */
  owners?: readonly { readonly id: string; readonly type: 'user' | 'tenant' }[]
}

export interface OrchestratorFixture {
  readonly database: TestDatabase
  readonly tenant: string
  readonly user: string
  /** What the Flow Repository of the test serves. */
  readonly flows: Map<string, TestFlow>
  /** Names of the events that the orchestrators published, with their payloads, in order. */
  readonly answers: Recorded<{ readonly name: string; readonly payload: Record<string, unknown> }>
  /** While true the Flow Repository does not answer. */
  away: boolean
  /** Who may act in the tenant, as the IAM of the test has it; undefined while that does not answer. */
  able: ReadonlySet<string> | undefined
  /** The run tokens in force that the IAM of the test has given. */
  readonly runTokens: Map<string, Principal>
  open(options?: OrchestratorProcessOptions): Promise<OrchestratorProcess>
  publish<N extends keyof Payloads & string>(name: N, payload: Payloads[N]): Promise<void>
  /** Serves the flow and asks for its start; resolves to its id once it is answered. */
  start(graph: Graph, flowId?: string): Promise<string>
  stop(flowId: string): Promise<void>
  /** The runs of a flow, as the database has them. */
  runs(flowId: string): Promise<RunFacts[]>
  /** Resolves to the runs of the flow once there are so many and none has open steps. */
  finished(flowId: string, count: number, withinMs?: number): Promise<RunFacts[]>
}

/** What the database says of a run. */
export interface RunFacts {
  readonly id: string
  readonly generation: number
  readonly openSteps: number
  readonly failedSteps: number
  readonly finishedAt: Date | null
  readonly steps: readonly { readonly stepId: string; readonly status: string; readonly attempt: number }[]
}

/** A database with bus and orchestrator, on which processes can be opened; all is stopped with the test. */
export async function setupOrchestrator(t: TestContext): Promise<OrchestratorFixture> {
  const cleanups: (() => unknown)[] = []
  t.after(async () => {
    for (const clean of cleanups.toReversed()) await clean()
  })
  const after = (clean: () => unknown) => void cleanups.push(clean)
  const database = await createTestDatabase({ after } as TestContext, [
    eventBusMigrations,
    componentOrchestratorMigrations,
  ])
  const [tenant, user] = [randomUUID(), randomUUID()]
  const flows = new Map<string, TestFlow>()
  const answers: OrchestratorFixture['answers'] = createRecord()
  const outside = await openBus(database.open({ poolSize: 4 }), after)
  const repository = outside.bus.service('flow-repository')
  outside.bus
    .service('test')
    .listen('flow.#', ({ name, payload }) => answers.add({ name, payload: payload as Record<string, unknown> }))
  await outside.bus.start()

  const publish: OrchestratorFixture['publish'] = (name, payload) =>
    outside.db.transaction('everything', async (tx) => void (await repository.publish(tx, { name, payload })))

  const fixture: OrchestratorFixture = {
    database,
    tenant,
    user,
    flows,
    answers,
    away: false,
    able: new Set([user]),
    runTokens: new Map(),
    publish,
    open: (options = {}) => openProcess(fixture, after, options),
    async start(graph, flowId = randomUUID()) {
      const generation = (flows.get(flowId)?.generation ?? 0) + 1
      flows.set(flowId, { ...flows.get(flowId), generation, graph })
      await publish('flowrepo.flow.starting', { user, tenant, id: flowId, flowId, generation })
      await answers.until((items) => items.some(({ payload }) => answersTo(payload, flowId, generation)), 20_000)
      return flowId
    },
    async stop(flowId) {
      const generation = flows.get(flowId)?.generation ?? 1
      await publish('flowrepo.flow.stopping', { user, tenant, id: flowId, flowId, generation })
      await answers.until((items) =>
        items.some(({ name, payload }) => name === 'flow.stopped' && answersTo(payload, flowId, generation)),
      )
    },
    runs: (flowId) => readRuns(database, flowId),
    async finished(flowId, count, withinMs = 20_000) {
      const isDone = (runs: RunFacts[]) => runs.length === count && runs.every(({ openSteps }) => openSteps === 0)
      return until(() => readRuns(database, flowId), isDone, withinMs)
    },
  }
  return fixture
}

/** Hands JSON to the flow's webhook. */
export async function send(process: OrchestratorProcess, flowId: string, data: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answer = await process.call('POST', `/webhooks/hook/${flowId}`, { headers, body: JSON.stringify(data) })
  assert.equal(answer.status, 200, answer.text)
}

/** The latest of so many runs of the flow, as callers see it. */
export async function inspect(process: OrchestratorProcess, { tenant }: OrchestratorFixture, flowId: string, runs = 1) {
  const headers = { authorization: `Bearer ${tenant}` }
  const list = await process.call('GET', `/component-orchestrator/executions?filter[flowId]=${flowId}`, { headers })
  assert.equal(list.body.meta.total, runs, list.text)
  const one = await process.call('GET', `/component-orchestrator/executions/${list.body.data[0].id}`, { headers })
  assert.equal(one.status, 200, one.text)
  return one.body.data
}

/** Holds each step until it is let go, or aborted. */
export function createGate() {
  const { promise: open, resolve: release } = Promise.withResolvers<void>()
  const probe: Probe = async (message, _fields, { signal }) => {
    const aborted = new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    await Promise.race([open, aborted])
    return { data: message.data }
  }
  return { probe, release }
}

/** Looks until the condition holds; for what has no signal. Rejects with the last look after `withinMs`. */
export async function until<T>(look: () => Promise<T>, condition: (seen: T) => boolean, withinMs = 15_000): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const seen = await look()
    if (condition(seen)) return seen
    if (Date.now() > deadline) throw new Error(`${condition} did not come true: ${JSON.stringify(seen)}`)
    await sleep(10)
  }
}

function answersTo(payload: Record<string, unknown>, flowId: string, generation: number): boolean {
  return payload.flowId === flowId && payload.generation === generation
}

async function openBus(db: Database, after: (clean: () => unknown) => void, onError = (_error: unknown) => {}) {
  const membership = createMembership({ db, lifetimeMs: 1_000, onError })
  await membership.start()
  const check = createPayloadCheck({ find: findEvent, annotations: [personalKeyword] })
  const bus: EventBus<Payloads> = createEventBus<Payloads>({ db, membership, check, onError })
  after(async () => {
    await bus.stop()
    await membership.stop()
  })
  return { db, bus, membership }
}

async function openProcess(
  fixture: OrchestratorFixture,
  after: (clean: () => unknown) => void,
  {
    env = {},
    probe = () => undefined,
    secretService = nobody,
    metadataRepository = nobody,
    logger = createLogger({ level: 'silent' }),
    stepGraceMs = 200,
  }: OrchestratorProcessOptions,
): Promise<OrchestratorProcess> {
  const label = `orchestrator-${randomUUID()}`
  const { url } = fixture.database
  const labelled = `${url}${url.includes('?') ? '&' : '?'}application_name=${label}`
  const { db, die } = mortal(fixture.database.open({ url: labelled }))
  const { bus, membership } = await openBus(db, after)
  const probed: OrchestratorProcess['probed'] = createRecord()
  const components = probeFolder((message, fields, context) => {
    probed.add({ name: fields.name, message, key: context.idempotencyKey })
    return probe(message, fields, context)
  })
  const service = createComponentOrchestrator({
    db,
    bus: bus.service('component-orchestrator'),
    membership,
    logger,
    config: readConfig({ own: componentOrchestratorConfig }, { OIH_OUTBOUND_ALLOW: '127.0.0.0/8', ...env }).own,
    flowRepository: repositoryOf(fixture),
    iam: iamOf(fixture),
    secretService,
    metadataRepository,
    principals: async (token) => fixture.runTokens.get(token),
    components,
    stepGraceMs,
  })
  const server = createHttpServer({
    logger,
    metrics: createMetrics(),
    principals: async (token) => principalOf(token),
    mounts: service.mounts,
    readiness: async () => [],
    version: '0',
    trustProxy: [],
    docs: true,
    checkAnswers: true,
  })
  await bus.start()
  await service.start()
  const { port } = await server.start({ host: '127.0.0.1', port: 0 })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= (async () => {
      await server.stop()
      await service.stop()
      rmSync(components, { recursive: true })
    })()
    return stopped
  }
  after(stop)
  const address = `http://127.0.0.1:${port}`
  return {
    url: address,
    db,
    probed,
    async call(method, path, init = {}) {
      const answer = await fetch(`${address}${path}`, { method, ...init })
      const text = await answer.text()
      const isJson = /json/.test(answer.headers.get('content-type') ?? '') && text !== ''
      return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : undefined }
    },
    stop,
    async crash() {
      die()
      await fixture.database.cut(label)
    },
  }
}

/** Tokens of the test say what they are: `<tenant>` for a user who may do everything there, `none` for one who may nothing. */
function principalOf(token: string): Principal {
  const base = { kind: 'user', id: randomUUID(), tokenId: randomUUID() } as const
  if (token === 'none') return { ...base, tenant: randomUUID(), permissions: new Set() }
  return { ...base, tenant: token, permissions: new Set(['tenant.all']) }
}

function repositoryOf(fixture: OrchestratorFixture): ServiceClient {
  return {
    async request({ path }) {
      if (fixture.away) throw new HubError('unavailable', 'The Flow Repository is away')
      const id = path.split('/').at(-1) ?? ''
      const flow = fixture.flows.get(id)
      if (flow === undefined) throw new HubError('not-found', 'No flow found')
      return { status: 200, body: { data: { owners: [], ...flow }, meta: {} } }
    },
  }
}

const nobody: ServiceClient = {
  request: () => Promise.reject(new HubError('unavailable', 'There is no such service')),
}

/** Gives run tokens as the IAM does; what it refuses and how is tested there and, with both together, end to end. */
function iamOf(fixture: OrchestratorFixture): ServiceClient {
  return {
    async request({ body }) {
      const { accounts, tenant, flowId, secrets } = body as Record<'tenant' | 'flowId', string> &
        Record<'accounts' | 'secrets', string[]>
      if (fixture.able === undefined) throw new HubError('unavailable', 'The IAM is away')
      const id = accounts.find((account) => fixture.able?.has(account))
      if (id === undefined) throw fieldError('conflict', 'accounts', 'must name somebody')
      const token = randomUUID()
      const secretIds = new Set(secrets)
      fixture.runTokens.set(token, {
        kind: 'user',
        id,
        tenant,
        flowId,
        secretIds,
        tokenId: token,
        permissions: new Set(),
      })
      return { status: 200, body: { token, expireAt: new Date(Date.now() + 900_000).toISOString() } }
    },
  }
}

async function readRuns(database: TestDatabase, flowId: string): Promise<RunFacts[]> {
  const rows = await database.asSuperuser(
    `select r.id, r.generation, r.open_steps as "openSteps", r.failed_steps as "failedSteps", r.finished_at as "finishedAt",
            coalesce((select json_agg(json_build_object('stepId', s.step_id, 'status', s.status, 'attempt', s.attempt)
                                      order by s.finished_at, s.id)
                        from component_orchestrator.step s where s.run_id = r.id), '[]') as steps
       from component_orchestrator.run r where r.flow_id = $1 order by r.started_at, r.id`,
    [flowId],
  )
  return rows as unknown as RunFacts[]
}
