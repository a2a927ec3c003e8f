import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, type TestContext, test } from 'node:test'
import { HubError } from '#lib/errors'
import { createLogger } from '#lib/logger'
import { type HttpTargetOptions, startHttpTarget } from '../../../../test/support/http-target.ts'
import {
  inspect,
  type OrchestratorFixture,
  type Probe,
  probeGraph,
  send,
  setupOrchestrator,
  until,
} from '../../../../test/support/orchestrator.ts'
import { startSecretService } from '../../../../test/support/secrets-of-runs.ts'
import type { Graph, GraphNode } from '../flow/graph.ts'

const accessToken = 'sesame-1/2"3'
const passOn: Probe = (message) => ({ data: message.data })
const behind: GraphNode = { id: 'behind', componentId: 'probe', function: 'run', fields: { name: 'behind' } }

async function setup(t: TestContext, options: HttpTargetOptions & { readonly env?: Record<string, string> } = {}) {
  const hub = await setupOrchestrator(t)
  const target = await startHttpTarget(options)
  t.after(() => target.stop())
  const service = await startSecretService(t, async (token) => hub.runTokens.get(token))
  const lines: string[] = []
  const logger = createLogger({ level: 'debug', destination: { write: (line) => lines.push(line) } })
  const env = { OIH_STEP_BACKOFF_MS: '5', ...options.env }
  const process = await hub.open({ env, logger, secretService: service.client, probe: passOn })
  const id: string = randomUUID()
  const allowedHosts = [new URL(target.url).host]
  const secret = { id, type: 'OA2_AUTHORIZATION_CODE', value: { accessToken }, allowedHosts, owner: hub.user }
  service.secrets.set(id, secret)
  const request = (stepId: string, secretId = id): GraphNode => ({
    ...{ id: stepId, componentId: 'http-request', function: 'request', credentials_id: secretId },
    fields: { url: target.url },
  })
  const one: Graph = { nodes: [request('send'), behind], edges: [{ source: 'send', target: 'behind' }] }
  return { hub, target, service, process, lines, secret, request, one }
}

/** All that the database holds, as text. */
async function everythingIn({ database }: OrchestratorFixture): Promise<string> {
  const tables = await database.asSuperuser(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
      where table_schema in ('component_orchestrator', 'event_bus') and table_type = 'BASE TABLE'`,
  )
  const rows = await Promise.all(tables.map(({ name }) => database.asSuperuser(`select t::text from ${name} as t`)))
  return JSON.stringify(rows)
}

test('a step acts by its secret, and nothing but its target ever sees the value', async (t) => {
  const answer = (_request: unknown, count: number) => (count === 1 ? 500 : 200)
  const content: HttpTargetOptions['content'] = ({ headers }) => ({ heard: headers, url: `/?t=${accessToken}` })
  const { hub, target, service, process, lines, secret, one } = await setup(t, { answer, content })
  const flow = await hub.start(one)
  await send(process, flow, { n: 1 })
  const [run] = await hub.finished(flow, 1)
  assert.deepEqual(run?.steps, [
    { stepId: 'send', status: 'success', attempt: 2 },
    { stepId: 'behind', status: 'success', attempt: 1 },
  ])
  const sent = target.arrived.map(({ headers }) => headers.authorization)
  assert.deepEqual(sent, [`Bearer ${accessToken}`, `Bearer ${accessToken}`])
  // Once an attempt: each reading is on record.
  const reading = { id: secret.id, runId: run?.id, stepId: 'send', flowId: flow }
  assert.deepEqual(service.asked.items, [reading, reading])
  const [probed] = process.probed.items
  assert.equal(Object(probed?.message.data).body.heard.authorization, 'Bearer ***')
  const seen = [
    await everythingIn(hub),
    JSON.stringify(await inspect(process, hub, flow)),
    lines.join(),
    probed?.message,
  ]
  for (const each of seen) assert.doesNotMatch(JSON.stringify(each), /sesame-/)
})

test('a target that repeats the value in escapes tells it to nobody: in what it answers, or why it fails', async (t) => {
  const value = `AbC+dEf/gH&iJ<kL>'0123456789==`
  const options: HttpTargetOptions = {
    answer: (_request, count) => (count === 1 ? 200 : 401),
    content: () => ({ error: `invalid key ${value}`, [value]: 1 }),
    // As System.Text.Json does.
    write: (content) =>
      JSON.stringify(content).replaceAll(
        /[+&<>']/g,
        (char) => `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
      ),
  }
  const { hub, service, process, lines, secret, one } = await setup(t, options)
  service.secrets.set(secret.id, { ...secret, value: { accessToken: value } })
  const flow = await hub.start(one)
  await send(process, flow, 1)
  await hub.finished(flow, 1)
  const [probed] = process.probed.items
  assert.deepEqual(Object(probed?.message.data).body, { error: 'invalid key ***', '***': 1 })
  await send(process, flow, 2)
  await hub.finished(flow, 2)
  assert.match(await everythingIn(hub), /the answer is 401 .*invalid key \*\*\*/)
  for (const each of [await everythingIn(hub), lines.join()]) assert.doesNotMatch(each, /AbC|0123456789==/)
})

test('the run is on record by the id under which a step read, also if its first step ran ahead', async (t) => {
  const { hub, service, process, request } = await setup(t)
  const first = { id: 'first', componentId: 'jsonata', function: 'transform', fields: { expression: '$' } }
  const flow = await hub.start({ nodes: [first, request('send')], edges: [{ source: 'first', target: 'send' }] })
  for (let n = 1; n <= 3; n += 1) {
    await send(process, flow, { n })
    await hub.finished(flow, n)
  }
  const runs = await hub.finished(flow, 3)
  assert.deepEqual(
    service.asked.items.map(({ runId }) => runId),
    runs.map(({ id }) => id),
  )
})

test('the run token leads to the secrets of the start, each once, and steps without one read none', async (t) => {
  const { hub, service, process, secret, request } = await setup(t)
  const other = { ...secret, id: randomUUID() }
  service.secrets.set(other.id, other)
  const nodes = [request('a'), request('b', secret.id.toUpperCase()), request('c', other.id), behind]
  const edges = ['b', 'c', 'behind'].map((target) => ({ source: 'a', target }))
  const flow = await hub.start({ nodes, edges })
  await send(process, flow, 1)
  const [run] = await hub.finished(flow, 1)
  assert.equal(run?.failedSteps, 0)
  const [token, ...others] = hub.runTokens.values()
  assert.deepEqual([others, token?.secretIds], [[], new Set([secret.id, other.id])])
  assert.deepEqual(service.asked.items.map(({ stepId }) => stepId).toSorted(), ['a', 'b', 'c'])
  const plain = await hub.start(probeGraph('x'))
  await send(process, plain, 1)
  await hub.finished(plain, 1)
  assert.equal(service.asked.items.length, 3)
})

describe('a step fails for good, and says why, where its secret', () => {
  type Fixture = Awaited<ReturnType<typeof setup>>
  const cases: Readonly<Record<string, { readonly harm: (fixture: Fixture) => unknown; readonly error: RegExp }>> = {
    'is gone': {
      harm: ({ service, secret }) => service.secrets.delete(secret.id),
      error: /^Cannot use the secret "[\w-]{36}" as it must exist in the tenant of the flow: No secret found$/,
    },
    'is not owned by whom the flow runs for': {
      harm: ({ service, secret }) => service.secrets.set(secret.id, { ...secret, owner: randomUUID() }),
      error: /^Cannot use the secret "[\w-]{36}" as who the flow runs for must own it: The caller must own the secret$/,
    },
    'is none that the run token leads to': {
      harm({ hub }) {
        for (const [token, principal] of hub.runTokens) hub.runTokens.set(token, { ...principal, secretIds: new Set() })
      },
      error: /^Cannot use the secret "[\w-]{36}" as .*: The token must lead to the secret$/,
    },
    'has expired': {
      harm: ({ service }) => Object.assign(service, { refusal: new HubError('conflict', 'The provider refused it') }),
      error: /^Cannot use the secret "[\w-]{36}" as it must be in force: The provider refused it$/,
    },
    'is for other hosts': {
      harm: ({ service, secret }) => service.secrets.set(secret.id, { ...secret, allowedHosts: ['*.example.com'] }),
      error: /^Cannot send the secret "[\w-]{36}" to "127\.0\.0\.1:\d+" as its allowed hosts must name that host$/,
    },
  }
  for (const [what, { harm, error }] of Object.entries(cases)) {
    test(what, async (t) => {
      const fixture = await setup(t)
      const { hub, target, process, one } = fixture
      const flow = await hub.start(one)
      harm(fixture)
      await send(process, flow, 1)
      const [run] = await hub.finished(flow, 1)
      assert.deepEqual(run?.steps, [{ stepId: 'send', status: 'failed', attempt: 1 }])
      assert.match((await inspect(process, hub, flow)).steps[0].error, error)
      assert.deepEqual(target.arrived, [])
    })
  }
})

describe('a step waits, and no attempt counts, while the Secret Service', () => {
  const refusals = {
    'is not available': new HubError('unavailable', 'The provider is away'),
    'does not answer': 'silence',
    'does not know the token yet': new HubError('unauthenticated', 'The token is unknown, expired or revoked'),
  } as const
  for (const [what, refusal] of Object.entries(refusals)) {
    test(what, async (t) => {
      const { hub, target, service, process, one } = await setup(t, { env: { OIH_STEP_ATTEMPTS: '1' } })
      const flow = await hub.start(one)
      service.refusal = refusal
      await send(process, flow, 1)
      const released = () =>
        hub.database.asSuperuser(`select from component_orchestrator.task where state = 'ready' and fence > 0`)
      await until(released, ({ length }) => length === 1)
      assert.deepEqual(target.arrived, [])
      service.refusal = undefined
      const [run] = await hub.finished(flow, 1)
      assert.deepEqual(run?.steps[0], { stepId: 'send', status: 'success', attempt: 1 })
    })
  }
})

test('a fault of the Secret Service counts as an attempt at the step', async (t) => {
  const { hub, service, process, one } = await setup(t, { env: { OIH_STEP_ATTEMPTS: '2' } })
  const flow = await hub.start(one)
  service.refusal = new HubError('internal', 'An internal error occurred')
  await send(process, flow, 1)
  const [run] = await hub.finished(flow, 1)
  assert.deepEqual(run?.steps, [{ stepId: 'send', status: 'failed', attempt: 2 }])
  assert.equal(service.asked.items.length, 2)
})
