import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ErrorCode, HubError } from '#lib/errors'
import type { ServiceClient } from '#lib/service-client'
import { inspect, type Probe, send, setupOrchestrator } from '../../../../test/support/orchestrator.ts'
import type { Graph } from '../flow/graph.ts'

const schema = '/metadata-repository/api/v1/domains/0190a0b0-0000-7000-8000-000000000001/schemas/order.json'
const graph: Graph = {
  nodes: [
    { id: 'check', componentId: 'validate', function: 'validate', fields: { schema } },
    { id: 'behind', componentId: 'probe', function: 'run', fields: { name: 'behind' } },
  ],
  edges: [{ source: 'check', target: 'behind' }],
}
const passOn: Probe = (message) => ({ data: message.data })

/** A Metadata Repository that answers these one after the other, the last one for ever: a refusal, or that all is valid. */
function answering(...answers: readonly (ErrorCode | 'valid')[]) {
  const asked: unknown[] = []
  const client: ServiceClient = {
    async request(call) {
      const answer = answers[Math.min(asked.push(call), answers.length) - 1] ?? 'valid'
      if (answer !== 'valid') throw new HubError(answer, `It is ${answer}`)
      return { status: 200, body: { valid: true, errors: [] } }
    },
  }
  return { client, asked }
}

async function run(t: Parameters<typeof setupOrchestrator>[0], service: ReturnType<typeof answering>) {
  const hub = await setupOrchestrator(t)
  const options = { env: { OIH_STEP_BACKOFF_MS: '5', OIH_STEP_ATTEMPTS: '3' }, probe: passOn }
  const process = await hub.open({ ...options, metadataRepository: service.client })
  const flow = await hub.start(graph)
  await send(process, flow, { n: 1 })
  await hub.finished(flow, 1)
  return { hub, steps: (await inspect(process, hub, flow)).steps }
}

test('a step asks by its run token, and again while nobody answers', async (t) => {
  const service = answering('unavailable', 'unauthenticated', 'valid')
  const { hub, steps } = await run(t, service)
  assert.deepEqual(
    steps.map(({ stepId, status, attempts }: Record<string, unknown>) => [stepId, status, attempts]),
    [
      ['check', 'success', 3],
      ['behind', 'success', 1],
    ],
  )
  const [token] = hub.runTokens.keys()
  const call = { method: 'POST', path: '/metadata-repository/api/v1/validate', body: { schema, document: { n: 1 } } }
  assert.deepEqual(service.asked, Array(3).fill({ ...call, token }))
})

test('a step by a schema that is not there fails for good', async (t) => {
  const { steps } = await run(t, answering('not-found'))
  const error = `Cannot validate by the schema "${schema}" as it must exist in the tenant of the flow or be public`
  assert.deepEqual([steps[0].status, steps[0].attempts, steps[0].error], ['failed', 1, error])
})
