import assert from 'node:assert/strict'
import { test } from 'node:test'
import { undocumentedExports } from './check.ts'

test('undocumentedExports() finds each kind of export without a comment', () => {
  const kinds = [
    'function a() {}',
    'async function b() {}',
    'class C {}',
    'abstract class D {}',
    'interface E {}',
    'type F = 1',
    'const g = 1',
  ]
  const found = undocumentedExports(kinds.map((kind) => `export ${kind}`).join('\n'))
  assert.deepEqual(
    found.map(({ line, symbol }) => `${line} ${symbol}`),
    ['1 a', '2 b', '3 C', '4 D', '5 E', '6 F', '7 g'],
  )
})

test('undocumentedExports() is content with a doc comment, also above a suppression and on the first overload', () => {
  const source = `
/** One line. */
export const one = 1
/**
 * More lines.
 */
// biome-ignore lint/x: a reason
export function two(a: string): void
export function two(a: number): void
`
  assert.deepEqual(undocumentedExports(source), [])
})

test('undocumentedExports() wants the comment right above', () => {
  assert.deepEqual(undocumentedExports('/** Far. */\n\nexport const far = 1'), [{ line: 3, symbol: 'far' }])
})
