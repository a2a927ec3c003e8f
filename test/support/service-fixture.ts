import { randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import { findEvent, type Payloads, personalKeyword } from '../../src/catalogue/index.ts'
import { createEventBus, type EventBus, eventBusMigrations, type ServiceBus } from '../../src/event-bus/index.ts'
import { createHttpServer } from '../../src/lib/http/http-server.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createMembership, type Membership } from '../../src/lib/membership.ts'
import type { Migrations } from '../../src/lib/migrate.ts'
import { createPayloadCheck } from '../../src/lib/payload-check.ts'
import type { Database } from '../../src/lib/postgres.ts'
import type { Principal } from '../../src/lib/principal.ts'
import type { Service } from '../../src/lib/service.ts'
import { createMetrics } from '../../src/lib/telemetry.ts'
import { callHub, type HubAnswer } from './hub-client.ts'
import { createTestDatabase } from './postgres.ts'

/** A caller: a user who may what is named, in a tenant. */
export interface TestCaller {
  readonly principal: Principal & { readonly tenant: string }
  readonly token: string
  call(method: string, path: string, body?: unknown): Promise<HubAnswer>
}

/** Who a caller is; default a user of a new tenant with all permissions within it. */
export interface TestCallerOptions extends Partial<Pick<Principal, 'id' | 'tenant' | 'flowId' | 'secretIds'>> {
  readonly permissions?: readonly string[]
}

/** An event as it lies in the log. */
export interface LoggedEvent {
  readonly name: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into payloads of every form
  readonly payload: any
}

/** A service alone, with a bus and a server. */
export interface ServiceFixture {
  readonly url: string
  /** For other processes on the same database. */
  readonly databaseUrl: string
  readonly db: Database
  readonly bus: EventBus<Payloads>
  /** Runs SQL as a superuser. */
  asSuperuser(sql: string): Promise<unknown>
  caller(options?: TestCallerOptions): TestCaller
  /** All events so far, in order. */
  events(): Promise<LoggedEvent[]>
  /** Publishes in the name of another service; resolves once the event has been handled. */
  publish<N extends keyof Payloads & string>(from: ServiceBus<Payloads>, name: N, payload: Payloads[N]): Promise<void>
}

/** What a service is made of. */
export interface ServiceGround {
  readonly db: Database
  readonly bus: EventBus<Payloads>
  readonly membership: Membership
  /** Registers what is to be done at the end of the test, last first. */
  after(clean: () => unknown): void
}

/** Starts a service on a database of its own; who calls it is played by the test. */
export async function setupService(
  t: TestContext,
  migrations: Migrations,
  create: (ground: ServiceGround) => Service,
): Promise<ServiceFixture> {
  const cleanups: (() => unknown)[] = []
  t.after(async () => {
    for (const clean of cleanups.toReversed()) await clean()
  })
  const after = (clean: () => unknown) => void cleanups.push(clean)
  const {
    db,
    asSuperuser,
    url: databaseUrl,
  } = await createTestDatabase({ after } as TestContext, [eventBusMigrations, migrations])
  const membership = createMembership({ db })
  await membership.start()
  after(() => membership.stop())
  const check = createPayloadCheck({ find: findEvent, annotations: [personalKeyword] })
  const bus = createEventBus<Payloads>({ db, membership, check })
  const service = create({ db, bus, membership, after })
  await bus.start()
  after(() => bus.stop())
  await service.start()
  after(() => service.stop())

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

  return {
    url,
    databaseUrl,
    db,
    bus,
    asSuperuser,
    caller({ id = randomUUID(), tenant = randomUUID(), permissions = ['tenant.all'], ...rest } = {}) {
      const token = randomUUID()
      const principal = { kind: 'user' as const, id, tenant, tokenId: randomUUID(), ...rest }
      const given = { ...principal, permissions: new Set(permissions) }
      principals.set(token, given)
      const headers = { authorization: `Bearer ${token}` }
      return { principal: given, token, call: (method, path, body) => callHub(url, method, path, { body, headers }) }
    },
    async events() {
      const rows = await db.query<{ name: string; body: string }>('select name, body from event_bus.event order by seq')
      return rows.map(({ name, body }) => ({ name, payload: JSON.parse(body).payload }))
    },
    async publish(from, name, payload) {
      await db.transaction(async (tx) => void (await from.publish(tx, { name, payload })))
      const [row] = await db.query<{ count: number }>('select count(*) as count from event_bus.event')
      const done = () => bus.state().subscriptions.every(({ done: position }) => (position ?? 0) >= (row?.count ?? 0))
      while (!done()) await new Promise(setImmediate)
    },
  }
}
