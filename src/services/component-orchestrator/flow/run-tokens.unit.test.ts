import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { BusyError, fieldError, HubError, TerminalError } from '#lib/errors'
import { createRunTokens } from './run-tokens.ts'

const runs = { flowId: randomUUID(), generation: 1, tenantId: randomUUID(), accounts: [randomUUID()], secrets: [] }

/** Run tokens over an IAM that fails like this, and what they do about it. */
function refusedBy(error: Error) {
  const given = { up: 0, told: 0 }
  const tokens = createRunTokens({
    iam: { request: () => Promise.reject(error) },
    principals: async () => undefined,
    onNobodyLeft: async () => {
      given.up += 1
    },
    onError: () => {
      given.told += 1
    },
  })
  return { tokens, given }
}

test('get() gives the flow up for one reason alone', async () => {
  const { tokens, given } = refusedBy(fieldError('conflict', 'accounts', 'must name somebody'))
  await assert.rejects(tokens.get(runs), TerminalError)
  assert.deepEqual(given, { up: 1, told: 0 })
})

test('get() lets steps wait for whatever else goes wrong, and tells an operator of what lasts', async () => {
  const lasting = [new HubError('conflict', 'too many values'), new HubError('forbidden', 'no'), new Error('a fault')]
  for (const error of lasting) {
    const { tokens, given } = refusedBy(error)
    await assert.rejects(tokens.get(runs), BusyError)
    assert.deepEqual(given, { up: 0, told: 1 }, error.message)
  }
  const { tokens, given } = refusedBy(new HubError('unavailable', 'away'))
  await assert.rejects(tokens.get(runs), BusyError)
  assert.deepEqual(given, { up: 0, told: 0 })
})
