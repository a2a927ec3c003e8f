import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Flow, Run } from '../api/queries.ts'
import { shapeOfRun, stepStates } from './run-shape.ts'

const record = (stepId: string, status: string) => ({ stepId, status }) as Run['steps'][number]
const flowOf = (...ids: string[]) => ({ graph: { nodes: ids.map((id) => ({ id })) } }) as unknown as Flow

test('stepStates() counts the messages of a step and tells the worst of them', () => {
  const steps = [record('a', 'success'), record('b', 'success'), record('b', 'failed'), record('b', 'waiting')]
  assert.deepEqual(
    [...stepStates(steps)],
    [
      ['a', { status: 'success', count: 1 }],
      ['b', { status: 'failed', count: 3 }],
    ],
  )
})

test('shapeOfRun() draws the flow only while it has all the steps that ran', () => {
  const run = { steps: [record('a', 'success'), record('b', 'success'), record('b', 'success')] }
  const flow = flowOf('a', 'b', 'c')
  assert.equal(shapeOfRun(run, flow), flow.graph)
  for (const other of [flowOf('a'), undefined]) {
    assert.deepEqual(
      shapeOfRun(run, other).nodes.map(({ id }) => id),
      ['a', 'b'],
    )
  }
})
