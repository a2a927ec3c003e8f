import { randomUUID } from 'node:crypto'
import { findEvent, type Payloads, personalKeyword } from '../../src/catalogue/index.ts'
import { createEventBus, createMembership, eventBusMigrations } from '../../src/event-bus/index.ts'
import { createKeyRing } from '../../src/lib/master-key/key-ring.ts'
import { keySource } from '../../src/lib/master-key/key-source.ts'
import { APP_ROLE, migrate } from '../../src/lib/migrate.ts'
import { createPayloadCheck } from '../../src/lib/payload-check.ts'
import { createDatabase } from '../../src/lib/postgres.ts'
import type { Principal } from '../../src/lib/principal.ts'
import { secretServiceMigrations } from '../../src/services/secret-service/migrations.ts'
import { createSecret } from '../../src/services/secret-service/secret/secret.ts'
import { createSecretReader } from '../../src/services/secret-service/secret/secret-reader.ts'
import { writeSecret } from '../../src/services/secret-service/secret/secret-writer.ts'
import { createDataKeys } from '../../src/services/secret-service/vault/data-keys.ts'
import { createVault } from '../../src/services/secret-service/vault/vault.ts'
import type { CreateRole } from '../harness/role.ts'
import { type Load, repeat } from './load.ts'

const SECRETS = 1_000
const PASSPHRASE = 'correct horse battery staple'

/** One process that gives out secrets, put together as the service does, with a bus that gives positions. */
export const createRole: CreateRole<{ readonly url: string }> = async ({ url }) => {
  await migrate({ url, migrations: [eventBusMigrations, secretServiceMigrations] })
  const db = createDatabase({ url, role: APP_ROLE })
  const membership = createMembership({ db })
  const check = createPayloadCheck({ find: findEvent, annotations: [personalKeyword] })
  const eventBus = createEventBus<Payloads>({ db, membership, check })
  const clock = () => new Date()
  const masterKey = createKeyRing({ db, source: keySource({ current: 'ab'.repeat(32), file: '' }) })
  await masterKey.open()
  const keys = createDataKeys({ masterKey, clock })
  const parts = { db, clock, keys, bus: eventBus.service('secret-service'), vault: createVault(keys) }
  const reader = createSecretReader(parts, { isDue: () => false, renew: async () => undefined })
  const principal: Principal = {
    ...{ kind: 'user', id: randomUUID(), tenant: randomUUID(), tokenId: randomUUID() },
    permissions: new Set(['secrets.secret.readRaw']),
  }
  const ids: string[] = []
  await membership.start()
  await eventBus.start()

  async function store(): Promise<void> {
    const { id: userId, tenant: tenantId = '' } = principal
    await db.transaction({ tenant: tenantId }, async (tx) => {
      for (let n = 0; n < SECRETS; n += 1) {
        const making = { id: randomUUID(), userId, tenantId, now: clock(), warnMs: 0 }
        const input = { name: `secret ${n}`, value: { username: 'bench', passphrase: PASSPHRASE } }
        const { secret, value } = createSecret('SIMPLE', input, making)
        await writeSecret(parts, tx, secret, value)
        ids.push(secret.id)
      }
    })
  }

  return {
    commands: {
      store,
      read: (load: Load) =>
        repeat(load, async (n) => {
          const secretId = ids[n % SECRETS] ?? ''
          const { value } = await reader.read({ secretId, reader: principal })
          if (value.passphrase !== PASSPHRASE)
            throw new Error('Cannot count the run as the value must be the one stored')
        }),
      /** How many readings are on record. */
      async records() {
        const [row] = await db.query<{ count: number }>(
          "select count(*) as count from event_bus.event where name = 'secret-service.token.get'",
        )
        return row?.count ?? 0
      },
    },
    async stop() {
      await reader.settled()
      await eventBus.stop()
      await membership.stop()
      await db.close()
    },
  }
}
