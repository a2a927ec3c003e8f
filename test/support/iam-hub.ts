// For the IAM's tests: processes as main assembles them, on a database of their own.

import type { TestContext } from 'node:test'
import { Ajv } from 'ajv'
import formatsModule from 'ajv-formats'
import { definitions, type Payloads } from '#catalogue'
import { createEventBus, createMembership, eventBusMigrations, type PayloadCheck } from '#event-bus'
import { createHttpServer } from '#lib/http/http-server'
import { createLogger, type LogLevel } from '#lib/logger'
import type { KeyRing } from '#lib/master-key/key-ring'
import { createDatabase, type Database } from '#lib/postgres'
import type { Permission, TokenLookup } from '#lib/principal'
import { createMetrics } from '#lib/telemetry'
import { createPasswords, type PasswordsOptions } from '../../src/services/iam/login/password.ts'
import { iamMigrations } from '../../src/services/iam/migrations.ts'
import { createIam, type Iam } from '../../src/services/iam/service.ts'
import { openTestKeyRing } from './master-key.ts'
import { createTestDatabase } from './postgres.ts'

/** Of the administrator `admin`. */
export const ADMIN_PASSWORD = 'correct horse battery'
/** In milliseconds. */
export const hour = 3_600_000

/** As other services have them. */
const flowPermissions: Permission[] = [
  'flows.read',
  'flows.write',
  'flows.control',
  'executions.read',
  'events.read',
].map((name) => {
  return { name, scope: 'tenant', description: '' }
})

/** What a request carries. */
export interface Call {
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** What came back, its JSON parsed. */
export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into any answer
  readonly body: any
  readonly headers: Headers
}

/** One process with an IAM and a server of its own. */
export interface Process {
  readonly iam: Iam
  readonly db: Database
  readonly masterKey: KeyRing
  readonly url: string
  readonly logs: string[]
  call(method: string, path: string, call?: Call): Promise<Answer>
  /** The token of a login that must succeed. */
  login(username: string, password: string): Promise<string>
}

/** How a process differs from the plain one. */
export interface ProcessOptions {
  readonly passwords?: PasswordsOptions
  /** Lets logins fail as fast as they come. Default false. */
  readonly unthrottled?: boolean
  /** What stands between the server and `iam.lookupToken`; default nothing. */
  readonly principals?: (iam: Iam, bus: Bus) => TokenLookup
  /** Whether the bus runs; events are written without it too. Default false. */
  readonly running?: boolean
  readonly db?: Database
  /** As `openTestKeyRing`. */
  readonly masterKeys?: string[]
  /** Whose `X-Forwarded-*` headers count; default nobody's. */
  readonly trustProxy?: readonly string[]
  /** Default: where it listens. */
  readonly publicUrl?: string
  /** Default `info`. */
  readonly logLevel?: LogLevel
}

type Bus = ReturnType<ReturnType<typeof createEventBus<Payloads>>['service']>

/** The first process, and what lies around it. */
export interface TestHub extends Process {
  /** Runs as a superuser, whom row-level security does not bind. */
  readonly superuser: Database
  /** Moves the clock of all processes. */
  advance(ms: number): void
  /** All events so far, in order, or those of that name. */
  events(name?: string): Promise<{ name: string; payload: Record<string, unknown> }[]>
  /** Another process on the same database. */
  fork(options?: ProcessOptions): Promise<Process>
}

/** A hub with an administrator `admin`, whose clock is the real one, moved by `advance`. */
export async function createTestHub(t: TestContext, options: ProcessOptions = {}): Promise<TestHub> {
  const cleanups: (() => unknown)[] = []
  t.after(async () => {
    for (const stop of cleanups.toReversed()) await stop()
  })
  const after = (stop: () => unknown) => void cleanups.push(stop)
  const test = await createTestDatabase({ after } as TestContext, [eventBusMigrations, iamMigrations])
  let offset = 0
  const clock = () => new Date(Date.now() + offset)
  const fork = (more: ProcessOptions = {}) => startProcess({ db: test.open(), ...more }, clock, after)
  const first = await fork({ db: test.db, ...options })
  await first.iam.ensureFirstAdmin({ password: ADMIN_PASSWORD })
  const superuser = createDatabase({ url: test.url, poolSize: 4 })
  after(() => superuser.close())
  return {
    ...first,
    superuser,
    advance(ms) {
      offset += ms
    },
    async events(name) {
      const rows = await test.db.query<{ name: string; body: string }>(
        'select name, body from event_bus.event order by seq',
      )
      const all = rows.map((row) => ({ name: row.name, payload: JSON.parse(row.body).payload }))
      return name === undefined ? all : all.filter((event) => event.name === name)
    },
    fork,
  }
}

async function startProcess(
  options: ProcessOptions & { readonly db: Database },
  clock: () => Date,
  after: (stop: () => unknown) => void,
): Promise<Process> {
  const { db, running = false, principals = (iam) => iam.lookupToken } = options
  const logs: string[] = []
  const logger = createLogger({ level: options.logLevel ?? 'info', destination: { write: (line) => logs.push(line) } })
  const membership = createMembership({ db })
  const eventBus = createEventBus<Payloads>({ db, membership, check: checkPayload })
  const bus = eventBus.service('iam')
  if (running) {
    await membership.start()
    after(() => membership.stop())
    await eventBus.start()
    after(() => eventBus.stop())
  }
  const masterKey = await openTestKeyRing(db, options.masterKeys)
  let url = ''
  const iam = createIam({
    db,
    bus,
    logger,
    clock,
    masterKey,
    config: { loginTokenHours: 12 },
    publicUrl: () => options.publicUrl ?? url,
    permissions: flowPermissions,
    passwords: createPasswords(options.passwords),
    ...(options.unthrottled && {
      throttle: { enter: async () => ({ succeed() {}, takeBack: async () => {} }), settle: async () => 0 },
    }),
  })
  const server = createHttpServer({
    logger,
    metrics: createMetrics(),
    principals: principals(iam, bus),
    mounts: iam.mounts,
    readiness: async () => [],
    version: '0.0.0',
    trustProxy: options.trustProxy ?? [],
    docs: false,
    checkAnswers: true,
  })
  const { port } = await server.start({ host: '127.0.0.1', port: 0 })
  after(() => server.stop())
  url = `http://127.0.0.1:${port}`
  const call = (method: string, path: string, about: Call = {}) => request(`${url}${path}`, method, about)
  return { iam, db, masterKey, url, logs, call, login: (username, password) => login(call, username, password) }
}

async function request(url: string, method: string, { token, body, headers }: Call): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text), headers: answer.headers }
}

async function login(call: Process['call'], username: string, password: string): Promise<string> {
  const answer = await call('POST', '/iam/login', { body: { username, password } })
  if (answer.status !== 200) throw new Error(`Cannot log in "${username}": ${JSON.stringify(answer.body)}`)
  return answer.body.token
}

const ajv = new Ajv({ strict: false })
formatsModule.default(ajv)
const checks = new Map(definitions.map(({ name, payload }) => [name as string, ajv.compile(payload)]))

/** The catalogue is the law here too. */
const checkPayload: PayloadCheck = (name, payload) => {
  const check = checks.get(name)
  if (check === undefined) return 'its name is unknown'
  return check(payload) ? undefined : ajv.errorsText(check.errors)
}

/** Two tenants, each with an administrator and a plain user; every password is the username followed by "-password". */
export async function createTwoTenants(hub: TestHub) {
  const admin = await hub.login('admin', ADMIN_PASSWORD)
  const post = async (path: string, body: unknown): Promise<string> => {
    const answer = await hub.call('POST', path, { token: admin, body })
    if (answer.status !== 200) throw new Error(`Cannot prepare "${path}": ${JSON.stringify(answer.body)}`)
    return answer.body.id
  }
  const inhabit = async (name: string) => {
    const tenant = await post('/iam/api/v1/tenants', { name })
    const user = (username: string, more: object = {}) =>
      post('/iam/api/v1/users', { username, password: `${username}-password`, tenant, ...more })
    const bossId = await user(`boss-${name}`, { roles: ['00000000-0000-7000-8000-000000000003'] })
    const plainId = await user(`plain-${name}`)
    const boss = await hub.login(`boss-${name}`, `boss-${name}-password`)
    const plain = await hub.login(`plain-${name}`, `plain-${name}-password`)
    return { tenant, bossId, plainId, boss, plain }
  }
  return { admin, a: await inhabit('a'), b: await inhabit('b') }
}

/** Resolves once so many wait for locks of this kind in the database; rejects where what is to wait has ended before. */
export async function untilWaiting(
  { superuser }: Pick<TestHub, 'superuser'>,
  count: number,
  work: Promise<unknown>,
): Promise<void> {
  let isOver = false
  void work.then(() => {
    isOver = true
  })
  for (let waiting = 0; waiting < count; ) {
    if (isOver) throw new Error('It must wait, and has ended')
    const rows = await superuser.query(
      `select from pg_locks where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`,
    )
    waiting = rows.length
  }
}
