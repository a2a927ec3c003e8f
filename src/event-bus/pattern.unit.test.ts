import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { matchesNaively, names, patterns } from './conformance/pattern.ts'
import { assertName, matcher, patternSource } from './pattern.ts'

test('matcher() agrees with a naive matcher', () => {
  fc.assert(
    fc.property(patterns, names, (some, name) => {
      assert.equal(
        matcher(some)(name),
        some.some((pattern) => matchesNaively(pattern, name)),
      )
    }),
    { numRuns: 5_000 },
  )
})

test('matcher() knows the wildcards at every level', () => {
  const table: [string, string[], string[]][] = [
    ['#', ['a', 'a.b', 'a.b.c'], []],
    ['*', ['a'], ['a.b']],
    ['a.*.c', ['a.b.c'], ['a.c', 'a.b.b.c', 'a.b.c.d']],
    ['#.x', ['x', 'a.x', 'a.b.x'], ['a', 'x.a', 'ax']],
    ['a.#', ['a', 'a.b', 'a.b.c'], ['ab', 'b.a']],
    ['a.#.c', ['a.c', 'a.b.c', 'a.b.b.c'], ['a', 'ac']],
    ['*.#.*', ['a.b', 'a.b.c'], ['a']],
    ['iam.us+r.$', ['iam.us+r.$'], ['iam.ussr.', 'iamxus+r.$']],
  ]
  for (const [pattern, hits, misses] of table) {
    for (const name of hits) assert.equal(matcher([pattern])(name), true, `${pattern} ${name}`)
    for (const name of misses) assert.equal(matcher([pattern])(name), false, `${pattern} ${name}`)
  }
})

test('patternSource() refuses what is no pattern', () => {
  for (const bad of ['', '.', 'a.', '.a', 'a..b', 'a*', '*a', '##', 'a b', 'a.#b', 'a\0']) {
    assert.throws(() => patternSource([bad]), /pattern/, JSON.stringify(bad))
  }
  assert.throws(() => patternSource([]), /pattern/)
})

test('assertName() takes words separated by dots, of at most 255 bytes', () => {
  for (const name of ['a', 'iam.user.created', 'ü.🙂', 'x'.repeat(255)]) assertName(name)
  for (const name of ['', 'a.', 'a..b', '*', 'a.#', 'a b', 'x'.repeat(256), 'ü'.repeat(128)]) {
    assert.throws(() => assertName(name), /name/, name)
  }
})
