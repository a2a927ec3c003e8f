import type { TestContext } from 'node:test'
import type { Payloads } from '../../src/catalogue/index.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createKeyRing, type KeyRing } from '../../src/lib/master-key/key-ring.ts'
import { keySource } from '../../src/lib/master-key/key-source.ts'
import { createOutbound } from '../../src/lib/outbound/outbound.ts'
import type { Database } from '../../src/lib/postgres.ts'
import { cleanUp } from '../../src/services/secret-service/clean-up.ts'
import { secretServiceMigrations } from '../../src/services/secret-service/migrations.ts'
import { createProviderCalls } from '../../src/services/secret-service/oauth/provider-calls.ts'
import { renewIdle } from '../../src/services/secret-service/refresh/idle.ts'
import { createRenewal } from '../../src/services/secret-service/refresh/renewal.ts'
import { createSecretService } from '../../src/services/secret-service/service.ts'
import { createDataKeys } from '../../src/services/secret-service/vault/data-keys.ts'
import { createVault } from '../../src/services/secret-service/vault/vault.ts'
import { type ServiceFixture, setupService, type TestCaller, type TestCallerOptions } from './service-fixture.ts'

/** Where secrets are. */
export const SECRETS = '/secret-service/api/v1/secrets'

export interface SecretServiceFixture extends ServiceFixture {
  /** What the service does from time to time. */
  cleanUp(): Promise<void>
  /** Renews what nobody reads, which the service does from time to time. */
  renewIdle(): Promise<void>
  /** Moves the service's clock on. */
  later(ms: number): void
  /** A caller of the tenant who may see own secrets in clear. */
  reader(options?: TestCallerOptions): TestCaller
  /** Publishes in the name of the IAM; resolves once the event has been handled. */
  fromIam<N extends keyof Payloads & `iam.${string}`>(name: N, payload: Payloads[N]): Promise<void>
}

/** By which everything in these tests is sealed; to be opened. */
export function testMasterKey(db: Database): KeyRing {
  return createKeyRing({ db, source: keySource({ current: '07'.repeat(32), file: '' }) })
}

/** The Secret Service alone, on a database of its own. */
export async function setupSecretService(t: TestContext): Promise<SecretServiceFixture> {
  let ahead = 0
  const clock = () => new Date(Date.now() + ahead)
  const logger = createLogger({ level: 'silent' })
  const config = { warningDays: 7 }
  let url = 'http://127.0.0.1:9'
  let masterKey: KeyRing | undefined
  const fixture = await setupService(t, secretServiceMigrations, ({ db, bus }) => {
    masterKey = testMasterKey(db)
    return createSecretService({
      ...{ db, bus: bus.service('secret-service'), masterKey, logger, clock, config },
      outboundAllow: ['127.0.0.0/8'],
      publicUrl: () => url,
    })
  })
  url = fixture.url
  const { db } = fixture
  const bus = fixture.bus.service('secret-service')
  const keys = masterKey ?? testMasterKey(db)
  await keys.open()
  return {
    ...fixture,
    cleanUp: () => cleanUp({ db, bus, clock }),
    async renewIdle() {
      const outbound = createOutbound({ allow: ['127.0.0.0/8'] })
      const vault = createVault(createDataKeys({ masterKey: keys, clock }))
      const parts = { db, bus, clock, logger, vault, config, calls: createProviderCalls({ outbound }) }
      await renewIdle(parts, createRenewal(parts))
      await outbound.close()
    },
    later(ms) {
      ahead += ms
    },
    reader: (options = {}) => fixture.caller({ permissions: ['secrets.secret.readRaw'], ...options }),
    fromIam: (name, payload) => fixture.publish(fixture.bus.service('iam'), name, payload),
  }
}
