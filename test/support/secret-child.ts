// A process that reads secrets in clear, as the Secret Service does, for tests that have several of them or kill one. Says "ready", then answers
// each line of its input, { id, reader, count }, with { tokens, errors, times } of so many readings at once, times in milliseconds. Where all of them want the
// next value it says "renewing" before. Ends with its input.
//   node test/support/secret-child.ts <database address> <milliseconds of a lease>

import { createInterface } from 'node:readline'
import { findEvent, type Payloads, personalKeyword } from '../../src/catalogue/index.ts'
import { createEventBus } from '../../src/event-bus/bus.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createMembership } from '../../src/lib/membership.ts'
import { APP_ROLE } from '../../src/lib/migrate.ts'
import { createOutbound } from '../../src/lib/outbound/outbound.ts'
import { createPayloadCheck } from '../../src/lib/payload-check.ts'
import { createDatabase } from '../../src/lib/postgres.ts'
import { createProviderCalls } from '../../src/services/secret-service/oauth/provider-calls.ts'
import { createRenewal } from '../../src/services/secret-service/refresh/renewal.ts'
import { createSecretReader } from '../../src/services/secret-service/secret/secret-reader.ts'
import { createDataKeys } from '../../src/services/secret-service/vault/data-keys.ts'
import { createVault } from '../../src/services/secret-service/vault/vault.ts'
import { testMasterKey } from './secret-service.ts'

const [url = '', leaseMs = ''] = process.argv.slice(2)
const db = createDatabase({ url, role: APP_ROLE, poolSize: 10 })
const membership = createMembership({ db })
await membership.start()
const check = createPayloadCheck({ find: findEvent, annotations: [personalKeyword] })
const eventBus = createEventBus<Payloads>({ db, membership, check })
await eventBus.start()
const bus = eventBus.service('secret-service')
// The test has made the value end: no clock need be moved.
const clock = () => new Date()
const masterKey = testMasterKey(db)
await masterKey.open()
const keys = createDataKeys({ masterKey, clock })
const outbound = createOutbound({ allow: ['127.0.0.0/8'], limits: { maxRedirects: 0 } })
const parts = {
  ...{ db, bus, clock, keys, vault: createVault(keys), logger: createLogger({ level: 'silent' }) },
  ...{ config: { warningDays: 7 }, calls: createProviderCalls({ outbound }) },
}
const renewal = createRenewal({ ...parts, leaseMs: Number(leaseMs) })
renewal.start()
/** How many want the next value of this line's secret, and how many read it. */
let renewing = 0
let wanted = 0
const reader = createSecretReader(parts, {
  ...renewal,
  renew(secret) {
    renewing += 1
    if (renewing === wanted) console.log('renewing')
    return renewal.renew(secret)
  },
})
console.log('ready')

for await (const line of createInterface({ input: process.stdin })) {
  const { id, reader: who, count } = JSON.parse(line)
  renewing = 0
  wanted = count
  const principal = { ...who, permissions: new Set(who.permissions) }
  const results = await Promise.all(
    Array.from({ length: count }, async () => {
      const begun = performance.now()
      const outcome = await reader.read({ secretId: id, reader: principal }).catch((error: Error) => error)
      return { outcome, ms: performance.now() - begun }
    }),
  )
  const errors = results.flatMap(({ outcome }) => (outcome instanceof Error ? [outcome.message] : []))
  const tokens = results.flatMap(({ outcome }) => (outcome instanceof Error ? [] : [outcome.value.accessToken]))
  console.log(JSON.stringify({ errors, tokens, times: results.map(({ ms }) => ms) }))
}

await renewal.stop()
await outbound.close()
await eventBus.stop()
await membership.stop()
await db.close()
