import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diffOf } from './line-diff.ts'

const numbered = (count: number, change: Record<number, string> = {}) =>
  Array.from({ length: count }, (_, index) => change[index + 1] ?? `line ${index + 1}`).join('\n')

test('diffOf() tells changes line by line, with some lines around, and nothing of texts that are the same', () => {
  const parts = diffOf(numbered(40), numbered(40, { 10: 'another', 30: 'one\nmore' })) ?? []
  assert.deepEqual(
    parts.map(({ before, after, lines }) => [before, after, lines.length]),
    [
      [6, 6, 10],
      [26, 26, 11],
    ],
  )
  assert.deepEqual(parts[0]?.lines.slice(3, 7), [
    { kind: 'same', text: 'line 9' },
    { kind: 'removed', text: 'line 10' },
    { kind: 'added', text: 'another' },
    { kind: 'same', text: 'line 11' },
  ])
  assert.deepEqual(diffOf('{}', '{}'), [])
})

test('diffOf() takes lines that look like its own signs', () => {
  assert.deepEqual(diffOf('-a\n\\b', '+a\n\\b')?.[0]?.lines, [
    { kind: 'removed', text: '-a' },
    { kind: 'added', text: '+a' },
    { kind: 'same', text: '\\b' },
  ])
})
