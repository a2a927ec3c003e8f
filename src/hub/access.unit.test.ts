import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Payloads } from '#catalogue'
import type { ServiceBus } from '#event-bus'
import type { Principal } from '#lib/principal'
import { createAccess } from './access.ts'

/** The cache over a bus that has told everything, and what it hears. */
function setup() {
  const holder: Principal = { kind: 'user', id: 'u', tokenId: 't', permissions: new Set() }
  let tell: (event: unknown) => void = () => undefined
  let lookups = 0
  const bus = {
    listen: (_names: unknown, handler: (event: never) => void) => {
      tell = handler as typeof tell
      return { freshness: () => 0, stop: () => undefined }
    },
  }
  const { principals } = createAccess(bus as unknown as Pick<ServiceBus<Payloads>, 'listen'>, async () => {
    lookups += 1
    return holder
  })
  /** How many look-ups the event leads to. */
  async function after(name: string, payload: object): Promise<number> {
    await principals('token')
    const before = lookups
    tell({ name, payload })
    await principals('token')
    return lookups - before
  }
  return after
}

test('what can take a right has every token looked up again', async () => {
  const after = setup()
  assert.equal(await after('iam.user.modified', { changed: ['status'] }), 1)
  assert.equal(await after('iam.token.deleted', {}), 1)
  // Rotated: the older values end sooner.
  assert.equal(await after('iam.token.modified', { changed: ['value'], before: {}, after: {} }), 1)
  const [sooner, later] = [{ expiresAt: '2026-01-01T00:00:00.000Z' }, { expiresAt: '2026-01-01T00:15:00.000Z' }]
  assert.equal(await after('iam.token.modified', { changed: ['expiresAt'], before: later, after: sooner }), 1)
  assert.equal(await after('iam.token.modified', { changed: ['expiresAt'], before: sooner, after: {} }), 1)
})

test('a token that lives on has not, as those of runs do all the time', async () => {
  const after = setup()
  const [sooner, later] = [{ expiresAt: '2026-01-01T00:00:00.000Z' }, { expiresAt: '2026-01-01T00:15:00.000Z' }]
  assert.equal(await after('iam.token.modified', { changed: ['value', 'expiresAt'], before: sooner, after: later }), 0)
})
