import type { TestContext } from 'node:test'
import type { Payloads } from '../../src/catalogue/index.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createKeyRing, type KeyRing } from '../../src/lib/master-key/key-ring.ts'
import { keySource } from '../../src/lib/master-key/key-source.ts'
import { cleanUp } from '../../src/services/secret-service/clean-up.ts'
import { secretServiceMigrations } from '../../src/services/secret-service/migrations.ts'
import { createSecretService } from '../../src/services/secret-service/service.ts'
import { type ServiceFixture, setupService, type TestCaller, type TestCallerOptions } from './service-fixture.ts'

/** Where secrets are. */
export const SECRETS = '/secret-service/api/v1/secrets'

export interface SecretServiceFixture extends ServiceFixture {
  /** What the service does from time to time. */
  cleanUp(): Promise<void>
  /** Moves the service's clock on. */
  later(ms: number): void
  /** A caller of the tenant who may see own secrets in clear. */
  reader(options?: TestCallerOptions): TestCaller
  /** Publishes in the name of the IAM; resolves once the event has been handled. */
  departed<N extends keyof Payloads & `iam.${string}`>(name: N, payload: Payloads[N]): Promise<void>
}

/** The Secret Service alone, on a database of its own. */
export async function setupSecretService(t: TestContext): Promise<SecretServiceFixture> {
  const source = keySource({ current: '07'.repeat(32), file: '' })
  let masterKey: KeyRing | undefined
  let ahead = 0
  const clock = () => new Date(Date.now() + ahead)
  let url = 'http://127.0.0.1:9'
  const fixture = await setupService(t, secretServiceMigrations, ({ db, bus, membership }) => {
    masterKey = createKeyRing({ db, source })
    return createSecretService({
      ...{ db, bus: bus.service('secret-service'), membership, masterKey, logger: createLogger({ level: 'silent' }) },
      clock,
      config: { warningDays: 7 },
      outboundAllow: ['127.0.0.0/8'],
      publicUrl: () => url,
    })
  })
  url = fixture.url
  await masterKey?.open()
  return {
    ...fixture,
    cleanUp: () => cleanUp({ db: fixture.db, bus: fixture.bus.service('secret-service'), clock }),
    later(ms) {
      ahead += ms
    },
    reader: (options = {}) => fixture.caller({ permissions: ['secrets.secret.readRaw'], ...options }),
    departed: (name, payload) => fixture.publish(fixture.bus.service('iam'), name, payload),
  }
}
