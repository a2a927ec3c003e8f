import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Graph, graphFaults } from './graph.ts'

const node = (id: string) => ({ id, componentId: 'jsonata', function: 'transform' })
const graphOf = (ids: string[], edges: [string, string][]): Graph => ({
  nodes: ids.map(node),
  edges: edges.map(([source, target]) => ({ source, target })),
})
const fieldsOf = (graph: Graph) => graphFaults(graph).map(({ field }) => field)

test('graphFaults() accepts a single node, a chain and a diamond', () => {
  assert.deepEqual(graphFaults({ nodes: [node('a')] }), [])
  assert.deepEqual(graphFaults(graphOf(['a', 'b'], [['a', 'b']])), [])
  assert.deepEqual(
    graphFaults(
      graphOf(
        ['a', 'b', 'c', 'd'],
        [
          ['a', 'b'],
          ['a', 'c'],
          ['b', 'd'],
          ['c', 'd'],
        ],
      ),
    ),
    [],
  )
})

test('graphFaults() reports all faults of ids and edges at once, with their places', () => {
  const graph = graphOf(
    ['a', 'a', 'b'],
    [
      ['a', 'x'],
      ['y', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ],
  )
  assert.deepEqual(fieldsOf(graph), [
    'graph.nodes[1].id',
    'graph.edges[0].target',
    'graph.edges[1].source',
    'graph.edges[3]',
  ])
})

test('graphFaults() refuses an empty graph, several first nodes and nodes that nothing leads to', () => {
  assert.deepEqual(fieldsOf({ nodes: [] }), ['graph.nodes'])
  assert.deepEqual(fieldsOf(graphOf(['a', 'b'], [])), ['graph.nodes'])
  assert.deepEqual(fieldsOf(graphOf(['a', 'b', 'c'], [['a', 'b']])), ['graph.nodes'])
})

test('graphFaults() refuses cycles: a loop, a pure cycle, a cycle behind the first node', () => {
  assert.deepEqual(fieldsOf(graphOf(['a'], [['a', 'a']])), ['graph.edges'])
  assert.deepEqual(
    fieldsOf(
      graphOf(
        ['a', 'b'],
        [
          ['a', 'b'],
          ['b', 'a'],
        ],
      ),
    ),
    ['graph.edges'],
  )
  assert.deepEqual(
    fieldsOf(
      graphOf(
        ['a', 'b', 'c'],
        [
          ['a', 'b'],
          ['b', 'c'],
          ['c', 'b'],
        ],
      ),
    ),
    ['graph.edges'],
  )
})

/** Whether every path from the single first node ends, found by walking with a limit: slow and obviously right. */
function isSound(ids: string[], edges: [string, string][]): boolean {
  const starts = ids.filter((id) => !edges.some(([, target]) => target === id))
  if (starts.length !== 1) return false
  let wave = new Set(starts)
  const seen = new Set(wave)
  for (let step = 0; step <= ids.length; step++) {
    wave = new Set(edges.filter(([source]) => wave.has(source)).map(([, target]) => target))
    for (const id of wave) seen.add(id)
  }
  return wave.size === 0 && seen.size === ids.length
}

test('graphFaults() agrees with a plain walk on random graphs', () => {
  const graph = fc.integer({ min: 1, max: 6 }).chain((size) => {
    const ids = Array.from({ length: size }, (_, index) => `n${index}`)
    const end = fc.constantFrom(...ids)
    const edges = fc.uniqueArray(fc.tuple(end, end), { selector: (edge) => edge.join(), maxLength: 8 })
    return fc.tuple(fc.constant(ids), edges)
  })
  fc.assert(
    fc.property(graph, ([ids, edges]) => (graphFaults(graphOf(ids, edges)).length === 0) === isSound(ids, edges)),
    { numRuns: 5_000 },
  )
})
