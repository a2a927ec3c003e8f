import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from 'typebox'
import { findEvent, type Payloads, personalKeyword } from '../../src/catalogue/index.ts'
import { createEventBus, createMembership, eventBusMigrations } from '../../src/event-bus/index.ts'
import { createAccess } from '../../src/hub/access.ts'
import { createHttpServer } from '../../src/lib/http/http-server.ts'
import { type Access, type Mount, route } from '../../src/lib/http/route.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createKeyRing } from '../../src/lib/master-key/key-ring.ts'
import { keySource } from '../../src/lib/master-key/key-source.ts'
import { APP_ROLE, migrate } from '../../src/lib/migrate.ts'
import { createPayloadCheck } from '../../src/lib/payload-check.ts'
import { createDatabase } from '../../src/lib/postgres.ts'
import { createMetrics } from '../../src/lib/telemetry.ts'
import { iamMigrations } from '../../src/services/iam/migrations.ts'
import { createIam } from '../../src/services/iam/service.ts'
import { monotonicNow } from '../flows/monotonic-clock.ts'
import type { CreateRole } from '../harness/role.ts'

/** What all servers of the case answer. */
export const ANSWER = { ok: true }
/** A token that is not refused after so long will not be. */
const PATIENCE_MS = 10_000

/** One process with the IAM, put together as the hub does: bus, server, and the cache of verified tokens in front of the guard. */
export const createRole: CreateRole<{ readonly url: string }> = async ({ url }) => {
  const onError = (err: unknown) => logger.warn({ err }, 'work failed')
  const logger = createLogger({ level: 'warn' })
  await migrate({ url, migrations: [eventBusMigrations, iamMigrations] })
  const [db, heart] = [20, 1].map((poolSize) => createDatabase({ url, role: APP_ROLE, poolSize, onIdleError: onError }))
  if (db === undefined || heart === undefined) throw new Error('Cannot go on without a database')
  const membership = createMembership({ db: heart, onError })
  const check = createPayloadCheck({ find: findEvent, annotations: [personalKeyword] })
  const bus = createEventBus<Payloads>({ db, membership, check, onError })
  // The same for all processes of the case.
  const current = 'ab'.repeat(32)
  const masterKey = createKeyRing({ db, source: keySource({ current, file: '' }) })
  await masterKey.open()
  const iam = createIam({
    db,
    bus: bus.service('iam'),
    logger,
    clock: () => new Date(),
    masterKey,
    publicUrl: () => 'http://127.0.0.1',
    config: { loginTokenHours: 12 },
    permissions: [],
  })
  let lookups = 0
  const { principals } = createAccess(bus.service('hub'), (token) => {
    lookups += 1
    return iam.lookupToken(token)
  })
  const server = createHttpServer({
    logger,
    metrics: createMetrics(),
    principals,
    mounts: [...iam.mounts, trivialMount],
    readiness: async () => [],
    version: '0',
    trustProxy: [],
    docs: false,
  })
  await membership.start()
  await bus.start()
  await iam.start()
  const { port } = await server.start({ host: '127.0.0.1', port: 0 })

  /** Resolves once the token is answered from the cache. */
  async function warm(token: string): Promise<void> {
    for (let before = -1; before !== lookups; await sleep(1)) {
      before = lookups
      if ((await principals(token)) === undefined) throw new Error('Cannot go on as the token must be in force')
    }
  }

  return {
    commands: {
      address: async () => `http://127.0.0.1:${port}`,
      firstAdmin: (password: string) => iam.ensureFirstAdmin({ password }),
      token: async () => (await iam.issueServiceToken('bench', [])).token,
      warm,
      /** Asks every millisecond; gives the moment of the first refusal. */
      async refusedAt(token: string) {
        const until = monotonicNow() + PATIENCE_MS
        while (monotonicNow() < until) {
          if ((await principals(token)) === undefined) return monotonicNow()
          await sleep(1)
        }
        throw new Error(`Cannot count the run as a token must be refused: it was not for ${PATIENCE_MS} ms`)
      },
      /** How many times in so many seconds the cache says whom the token stands for. */
      async check({ token, seconds }: { readonly token: string; readonly seconds: number }) {
        await warm(token)
        const [before, end] = [lookups, performance.now() + seconds * 1e3]
        let count = 0
        while (performance.now() < end) {
          for (let n = 0; n < 1_000; n += 1) await principals(token)
          count += 1_000
          // The looks that keep the cache trusted need their turn.
          await new Promise(setImmediate)
        }
        return { count, lookups: lookups - before }
      },
    },
    async stop() {
      await server.stop()
      await iam.stop()
      await bus.stop()
      await membership.stop()
      await Promise.all([db.close(), heart.close()])
    },
  }
}

const trivialMount: Mount = {
  base: '/bench',
  tag: 'Bench',
  routes: [trivialRoute('/guarded', 'signed-in'), trivialRoute('/public', 'public')],
}

function trivialRoute(path: string, permission: Access & string) {
  return route({
    method: 'GET',
    path,
    summary: '',
    permission,
    response: { 200: Type.Object({ ok: Type.Boolean() }) },
    handle: async () => ({ status: 200, body: ANSWER }),
  })
}
