import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Run } from '../../api/queries.ts'
import { shapeOfRun, stepStates } from './run-shape.ts'

const record = (stepId: string, status: string) => ({ stepId, status }) as Run['steps'][number]

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

test('shapeOfRun() draws the graph of the run, or its steps alone where that is gone', () => {
  const steps = [record('a', 'success'), record('b', 'success'), record('b', 'success')]
  const graph = { nodes: [{ id: 'a', componentId: 'jsonata', function: 'transform' }], edges: [] }
  assert.equal(shapeOfRun({ graph, steps }), graph)
  assert.deepEqual(
    shapeOfRun({ steps }).nodes.map(({ id }) => id),
    ['a', 'b'],
  )
})
