import { randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import { findEvent, type Payloads, personalKeyword } from '../../src/catalogue/index.ts'
import { createEventBus, eventBusMigrations } from '../../src/event-bus/index.ts'
import { createHttpServer } from '../../src/lib/http/http-server.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createMembership } from '../../src/lib/membership.ts'
import { createPayloadCheck } from '../../src/lib/payload-check.ts'
import type { Database } from '../../src/lib/postgres.ts'
import type { Principal } from '../../src/lib/principal.ts'
import { createMetrics } from '../../src/lib/telemetry.ts'
import { flowRepositoryMigrations } from '../../src/services/flow-repository/migrations.ts'
import { createFlowRepository } from '../../src/services/flow-repository/service.ts'
import { callHub, type HubAnswer } from './hub-client.ts'
import { createTestDatabase } from './postgres.ts'

/** A caller: a user who may what is named, in a tenant. */
export interface TestCaller {
  readonly principal: Principal & { readonly tenant: string }
  call(method: string, path: string, body?: unknown): Promise<HubAnswer>
}

/** An event as it lies in the log. */
export interface LoggedEvent {
  readonly name: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into payloads of every form
  readonly payload: any
}

export interface FlowRepositoryFixture {
  readonly url: string
  readonly db: Database
  /** Runs SQL as a superuser. */
  asSuperuser(sql: string): Promise<unknown>
  /** A caller of a new tenant, or of this one, with all permissions within it, or these alone. */
  caller(options?: { readonly tenant?: string | undefined; readonly permissions?: readonly string[] }): TestCaller
  /** All events so far, in order. */
  events(): Promise<LoggedEvent[]>
  /** Publishes in the name of another service, the orchestrator or the IAM; resolves once the event has been handled. */
  answer<N extends keyof Payloads & string>(name: N, payload: Payloads[N]): Promise<void>
}

/** The Flow Repository alone, on a database of its own; the orchestrator is played by the test. */
export async function setupFlowRepository(t: TestContext): Promise<FlowRepositoryFixture> {
  const cleanups: (() => unknown)[] = []
  t.after(async () => {
    for (const clean of cleanups.toReversed()) await clean()
  })
  const after = (clean: () => unknown) => void cleanups.push(clean)
  const { db, asSuperuser } = await createTestDatabase({ after } as TestContext, [
    eventBusMigrations,
    flowRepositoryMigrations,
  ])
  const membership = createMembership({ db })
  await membership.start()
  after(() => membership.stop())
  const check = createPayloadCheck({ find: findEvent, annotations: [personalKeyword] })
  const bus = createEventBus<Payloads>({ db, membership, check })
  const service = createFlowRepository({ db, bus: bus.service('flow-repository'), clock: () => new Date() })
  await bus.start()
  after(() => bus.stop())

  const principals = new Map<string, Principal>()
  const server = createHttpServer({
    logger: createLogger({ level: 'silent' }),
    metrics: createMetrics(),
    principals: async (token) => principals.get(token),
    mounts: service.mounts,
    readiness: async () => [],
    version: '0',
    trustProxy: [],
    docs: false,
    checkAnswers: true,
  })
  const { port } = await server.start({ host: '127.0.0.1', port: 0 })
  after(() => server.stop())
  const url = `http://127.0.0.1:${port}`
  const others = { flow: bus.service('component-orchestrator'), iam: bus.service('iam') }

  return {
    url,
    db,
    asSuperuser,
    caller({ tenant = randomUUID(), permissions = ['tenant.all'] } = {}) {
      const token = randomUUID()
      const principal = {
        kind: 'user' as const,
        id: randomUUID(),
        tenant,
        tokenId: randomUUID(),
        permissions: new Set(permissions),
      }
      principals.set(token, principal)
      const headers = { authorization: `Bearer ${token}` }
      return { principal, call: (method, path, body) => callHub(url, method, path, { body, headers }) }
    },
    async events() {
      const rows = await db.query<{ name: string; body: string }>('select name, body from event_bus.event order by seq')
      return rows.map(({ name, body }) => ({ name, payload: JSON.parse(body).payload }))
    },
    async answer(name, payload) {
      const from = name.startsWith('iam.') ? others.iam : others.flow
      await db.transaction(async (tx) => void (await from.publish(tx, { name, payload })))
      const [row] = await db.query<{ count: number }>('select count(*) as count from event_bus.event')
      const done = () => bus.state().subscriptions.every(({ done: position }) => (position ?? 0) >= (row?.count ?? 0))
      while (!done()) await new Promise(setImmediate)
    },
  }
}
