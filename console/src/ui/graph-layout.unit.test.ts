import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NODE, placeSteps } from './graph-layout.ts'

const step = (id: string) => ({ id, componentId: 'jsonata', function: 'transform' })

test('placeSteps() puts what follows to the right, and nothing on top of another', () => {
  const nodes = ['a', 'b', 'c', 'd'].map(step)
  const edges = [
    { source: 'a', target: 'b' },
    { source: 'a', target: 'c' },
    { source: 'c', target: 'd' },
  ]
  const { places, bounds } = placeSteps({ nodes, edges })
  const at = (id: string) => places.get(id) ?? assert.fail(`"${id}" must have a place`)
  for (const { source, target } of edges) assert.ok(at(source).x + NODE.width < at(target).x, `${source} ${target}`)
  assert.ok(Math.abs(at('b').y - at('c').y) >= NODE.height)
  for (const { x, y } of places.values()) {
    assert.ok(x >= bounds.x && x + NODE.width <= bounds.x + bounds.width)
    assert.ok(y >= bounds.y && y + NODE.height <= bounds.y + bounds.height)
  }
})
