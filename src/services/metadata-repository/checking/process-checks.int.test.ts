import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Dialect } from '../language/dialect.ts'
import type { JsonSchema } from '../language/json-schema.ts'
import { createProcessChecks } from './process-checks.ts'

const bundleOf = (value: JsonSchema, dialect: Dialect = 'draft-07') => ({
  root: '/s',
  schemas: { '/s': { dialect, value } },
})

function setup(t: TestContext) {
  const checks = createProcessChecks({ deadline: 2_000 })
  checks.start()
  t.after(() => checks.stop())
  return checks
}

test('schemas are inspected, documents validated and versions compared in another process', async (t) => {
  const checks = setup(t)
  assert.deepEqual(
    (await checks.inspect(bundleOf({ type: 'text' }), 'a')).map(({ path }) => path).includes('/type'),
    true,
  )
  const schema = bundleOf({ properties: { price: { multipleOf: 0.01 } }, uniqueItems: true, contains: { const: 1 } })
  for (let round = 0; round < 3; round += 1) {
    const [error, ...rest] = await checks.validate(schema, { price: 0.015 }, 'a')
    assert.deepEqual([error?.path, error?.keyword, rest], ['/price', 'multipleOf', []])
    assert.deepEqual(await checks.validate(schema, { price: 19.99 }, 'a'), [])
    assert.equal((await checks.validate(schema, [1, { a: 1, b: 2 }, { b: 2, a: 1 }], 'a')).length, 1)
  }
  const pair = { before: bundleOf({ type: 'number' }), after: bundleOf({ type: 'integer' }) }
  assert.equal((await checks.compare({ ...pair, direction: 'FORWARD' }, 'a')).compatible, true)
  assert.equal((await checks.compare({ ...pair, direction: 'BACKWARD' }, 'a')).differences[0]?.rule, 'type-narrowed')
})

test('what would run for ever or take all memory fails with the reason, and others go on meanwhile', async (t) => {
  const checks = setup(t)
  const evil = bundleOf({ type: 'string', pattern: '^(([a-z])+.)+[A-Z]([a-z])+$' })
  const doubling = { items: { $ref: '#' } }
  const tree = bundleOf({ type: 'array', anyOf: [doubling, { ...doubling, title: 'again' }] })
  const deep = JSON.parse(`${'['.repeat(60)}1${']'.repeat(60)}`)
  const many = Array.from({ length: 60_000 }, (_, index) => ({ index }))
  const attacks = [
    checks.validate(evil, 'a'.repeat(40), 'hostile'),
    checks.validate(tree, deep, 'hostile'),
    checks.compare({ before: evil, after: bundleOf({ ...hugePatterns() }), direction: 'BACKWARD' }, 'hostile'),
  ]
  const settled = Promise.allSettled(attacks)
  for (let n = 0; n < 20; n += 1)
    assert.deepEqual(await checks.validate(bundleOf({ type: 'integer' }), n, 'friendly'), [])
  assert.deepEqual(
    await checks.validate(bundleOf({ uniqueItems: true }), many, 'friendly'),
    [],
    'in time, however many',
  )
  const [pattern, branches, comparison] = await settled
  for (const attack of [pattern, branches]) {
    assert.equal(attack?.status, 'rejected')
    assert.match(String((attack as PromiseRejectedResult).reason), /did not finish within 2000 ms/)
  }
  if (comparison?.status === 'fulfilled') assert.equal((comparison.value as { compatible: boolean }).compatible, false)
  assert.deepEqual(await checks.validate(bundleOf({ type: 'integer' }), 1, 'hostile'), [], 'it goes on')
})

/** Their automata would have more states than there is memory for. */
function hugePatterns(): JsonSchema & object {
  const names = Array.from({ length: 30 }, (_, index) => `(a|b)*a(a|b){${10 + index}}`)
  return { allOf: names.map((pattern) => ({ pattern })) }
}

test('names of prototypes are names like others', async (t) => {
  const checks = setup(t)
  const schema = JSON.parse(
    '{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"integer"}},"required":["__proto__"]}',
  )
  const document = JSON.parse('{"__proto__":"a","constructor":1}')
  assert.deepEqual(await checks.validate(bundleOf(schema), document, 'a'), [])
  assert.equal((await checks.validate(bundleOf(schema), JSON.parse('{"constructor":"a"}'), 'a')).length, 2)
  const report = await checks.compare({ before: bundleOf(true), after: bundleOf(schema), direction: 'BACKWARD' }, 'a')
  assert.equal(report.compatible, false)
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
})

test('a schema whose code Ajv would spoil by making it shorter is run all the same', async (t) => {
  const checks = setup(t)
  const inner = { anyOf: [{ additionalProperties: false, not: false }], not: true, unevaluatedItems: false }
  const schema = bundleOf({ if: { ...inner, if: { not: false } }, else: { maxProperties: 0 } }, '2020-12')
  assert.deepEqual(await checks.validate(schema, {}, 'a'), [])
  assert.equal((await checks.validate(schema, { a: 1 }, 'a')).length > 0, true)
})
