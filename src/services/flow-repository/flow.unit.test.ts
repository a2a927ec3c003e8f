import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { HubError } from '#lib/errors'
import { type Answer, applyAnswer, changeFlow, controlFlow, createFlow, deleteFlow, type Flow } from './flow.ts'
import { nextStatus } from './flow-status.ts'

const now = new Date('2026-01-01T00:00:00Z')
const graph = { nodes: [{ id: 'a', componentId: 'jsonata', function: 'transform' }] }
const flow = createFlow({ graph }, { id: 'f', userId: 'u', tenantId: 't', now })
const withStatus = (status: Flow['status']): Flow => ({ ...flow, status })

test('createFlow() demands a graph, in the words of the reference', () => {
  assert.throws(
    () => createFlow({ name: 'x' }, { id: 'f', userId: 'u', tenantId: 't', now }),
    (error: HubError) => error.code === 'invalid-body' && error.faults[0]?.message === 'Flows require a graph.',
  )
})

test('changeFlow() names the fields that differ and counts the version up only then', () => {
  const { flow: after, changed } = changeFlow(flow, { name: 'new', type: 'ordinary' }, now)
  assert.deepEqual(changed, ['name'])
  assert.equal(after.version, 2)
  assert.equal(changeFlow(flow, { type: 'ordinary' }, now).flow, flow)
})

test('changeFlow() and deleteFlow() refuse a flow that is not inactive', () => {
  for (const status of ['starting', 'active', 'stopping'] as const) {
    assert.throws(() => changeFlow(withStatus(status), { name: 'x' }, now), new RegExp(`current status is "${status}"`))
    assert.throws(() => deleteFlow(withStatus(status)), HubError)
  }
})

test('controlFlow() begins a new generation with each start and refuses what the status does not allow', () => {
  assert.equal(controlFlow(flow, 'start', now).generation, 1)
  assert.throws(() => controlFlow(withStatus('active'), 'start', now), /status must be "inactive"/)
  assert.throws(() => controlFlow(flow, 'stop', now), /status must be "starting" or "active"/)
})

test('applyAnswer() ignores answers that are late, repeated or meant for another start', () => {
  const starting = controlFlow(flow, 'start', now)
  assert.equal(applyAnswer(starting, { signal: 'started', generation: 0 }, now), undefined)
  const active = applyAnswer(starting, { signal: 'started', generation: 1 }, now)
  assert.equal(active?.status, 'active')
  assert.equal(active && applyAnswer(active, { signal: 'started', generation: 1 }, now), undefined)
  const stopping = controlFlow(active ?? flow, 'stop', now)
  assert.equal(applyAnswer(stopping, { signal: 'started', generation: 1 }, now), undefined)
})

test('applyAnswer() keeps the reason of a failure and moves on to stopping', () => {
  const failed = applyAnswer(controlFlow(flow, 'start', now), { signal: 'failed', generation: 1, reason: 'why' }, now)
  assert.equal(failed?.status, 'stopping')
  assert.equal(failed?.failure, 'why')
})

test('applyAnswer() never revives a flow: only the answer to the latest start changes it', () => {
  const step = fc.oneof(
    fc.constantFrom('start' as const, 'stop' as const),
    fc.record({
      signal: fc.constantFrom('started' as const, 'stopped' as const, 'failed' as const),
      generation: fc.integer({ min: 1, max: 4 }),
    }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let current = flow
      for (const each of steps) {
        const next = typeof each === 'string' ? tryControl(current, each) : applyAnswer(current, each as Answer, now)
        if (next === undefined) continue
        const signal = typeof each === 'string' ? each : each.signal
        assert.equal(next.status, nextStatus(current.status, signal))
        if (typeof each !== 'string') assert.equal(each.generation, current.generation)
        current = next
      }
    }),
    { numRuns: 2_000 },
  )
})

function tryControl(current: Flow, signal: 'start' | 'stop'): Flow | undefined {
  try {
    return controlFlow(current, signal, now)
  } catch {
    return undefined
  }
}
