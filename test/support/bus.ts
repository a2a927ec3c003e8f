import { randomUUID } from 'node:crypto'
import type { TestContext } from 'node:test'
import { createEventBus, type EventBus, type EventBusOptions } from '../../src/event-bus/bus.ts'
import { keyHash } from '../../src/event-bus/event.ts'
import { eventBusMigrations } from '../../src/event-bus/migrations.ts'
import type { ServiceBus } from '../../src/event-bus/service-bus.ts'
import { createMembership, type Membership } from '../../src/lib/membership.ts'
import type { Migrations } from '../../src/lib/migrate.ts'
import type { Database } from '../../src/lib/postgres.ts'
import { mortal } from './mortal-database.ts'
import { createTestDatabase, type TestDatabase } from './postgres.ts'

/** Any names, any objects. */
export type TestPayloads = Record<string, Record<string, unknown>>

export interface BusProcessOptions extends Partial<Omit<EventBusOptions, 'db' | 'membership'>> {
  readonly service?: string
  readonly lifetimeMs?: number
  readonly poolSize?: number
}

/** A process of its own as far as the bus can tell: own connections, own membership. */
export interface BusProcess {
  readonly db: Database
  readonly membership: Membership
  readonly bus: EventBus<TestPayloads>
  readonly service: ServiceBus<TestPayloads>
  /** What the bus reported in the background. */
  readonly errors: { readonly error: unknown; readonly context: Record<string, unknown> }[]
  /** The next `count` transactions commit, and look as if their connection had broken. Returns how many were still to come. */
  loseCommitAnswers(count: number): number
  /** Ends it as it should end. */
  stop(): Promise<void>
  /** From now on every call to the database fails. */
  silence(): void
  /** Cuts all its connections; it never speaks to the database again. */
  crash(): Promise<void>
}

export interface BusFixture {
  readonly database: TestDatabase
  /** A process whose membership has started and whose bus has not. */
  open(options?: BusProcessOptions): Promise<BusProcess>
  /** The same, with the bus started. */
  start(options?: BusProcessOptions): Promise<BusProcess>
  /** Appends an event as others bring them in. */
  publishForeign(name: string, payload: Record<string, unknown>): Promise<void>
}

/** A database with a bus and a table `effect (text)`; everything is stopped with the test. */
export async function setupBus(t: TestContext, migrations: readonly Migrations[] = []): Promise<BusFixture> {
  const processes: BusProcess[] = []
  t.after(() => Promise.all(processes.map((process) => process.stop())))
  const database = await createTestDatabase(t, [eventBusMigrations, ...migrations])
  await database.asSuperuser(
    'create table public.effect (no bigint generated always as identity, text text not null); grant all on public.effect to oih_app',
  )
  async function open(options: BusProcessOptions = {}): Promise<BusProcess> {
    const process = await openProcess(database, options)
    processes.push(process)
    return process
  }
  return {
    database,
    open,
    async start(options) {
      const process = await open(options)
      await process.bus.start()
      return process
    },
    async publishForeign(name, payload) {
      const body = JSON.stringify({
        headers: { name, serviceName: 'other', createdAt: '2026-01-01T00:00:00.000Z' },
        payload,
      })
      await database.db.query(
        `insert into event_bus.event (id, name, origin, ordering_key, key_hash, size, body)
         values ($1, $2, 'amqp:other', $3, $4, $5, $6)`,
        [randomUUID(), name, name, keyHash(name), Buffer.byteLength(body), body],
      )
    },
  }
}

async function openProcess(database: TestDatabase, options: BusProcessOptions): Promise<BusProcess> {
  const { service = 'test', lifetimeMs = 1_000, poolSize = 10, ...busOptions } = options
  const label = `process-${randomUUID()}`
  const { db, die, loseCommitAnswers } = mortal(database.open({ poolSize, url: withLabel(database.url, label) }))
  const errors: BusProcess['errors'] = []
  const onError = (error: unknown, context: Record<string, unknown> = {}) => void errors.push({ error, context })
  const membership = createMembership({ db, lifetimeMs, onError })
  await membership.start()
  const bus = createEventBus<TestPayloads>({ db, membership, onError, ...busOptions })
  let stopped: Promise<void> | undefined
  function stop(): Promise<void> {
    stopped ??= bus.stop().then(() => membership.stop())
    return stopped
  }
  return {
    db,
    membership,
    bus,
    errors,
    loseCommitAnswers,
    service: bus.service(service),
    stop,
    silence: die,
    async crash() {
      die()
      await database.cut(label)
      // Its timers would go on in the one process that the test is.
      await stop()
    },
  }
}

function withLabel(url: string, label: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}application_name=${label}`
}

/** What has happened so far, and a wait for what is still to happen. */
export interface Recorded<T> {
  readonly items: T[]
  add(item: T): void
  /** Resolves as soon as the items satisfy the condition; rejects after `ms`, default 15,000. */
  until(condition: (items: readonly T[]) => boolean, ms?: number): Promise<void>
  /** The same for a number of items. */
  count(count: number, ms?: number): Promise<void>
}

export function createRecord<T>(): Recorded<T> {
  const items: T[] = []
  const checks = new Set<() => void>()
  function until(condition: (items: readonly T[]) => boolean, ms = 15_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        checks.delete(check)
        reject(new Error(`Cannot go on as the record must come to satisfy ${condition}: it has ${items.length} items`))
      }, ms)
      function check(): void {
        if (!condition(items)) return
        checks.delete(check)
        clearTimeout(deadline)
        resolve()
      }
      checks.add(check)
      check()
    })
  }
  return {
    items,
    add(item) {
      items.push(item)
      for (const check of [...checks]) check()
    },
    until,
    count: (count, ms) => until(({ length }) => length >= count, ms),
  }
}
