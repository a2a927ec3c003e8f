import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Dialect } from '../language/dialect.ts'
import type { JsonSchema } from '../language/json-schema.ts'
import { findLoop } from '../validation/inspection.ts'
import { rootOfBundle } from '../validation/schema-set.ts'
import { createValidator } from '../validation/validator.ts'
import { compareSchemas } from './compatibility.ts'
import { samplesOf } from './samples.ts'

// Where two schemas are said to be compatible, no document may be valid before and invalid after; and every example must break.
//   OIH_TEST_PAIRS=100000 OIH_TEST_SEED=7 npm test -- compatibility-search

const PAIRS = Number(process.env.OIH_TEST_PAIRS ?? 400)

const names = fc.constantFrom('a', 'b', 'c', 'x-1')
const patterns = fc.constantFrom('^a', 'b$', '^[a-c]$', '^x-', '^.{1,2}$', '[0-9]', '^(a|b)+$')
const scalar = fc.oneof(
  fc.integer({ min: -3, max: 6 }),
  fc.constantFrom(0.5, 1.5, -0.25),
  fc.constantFrom('', 'a', 'b', 'ab', 'x-1', 'abc', '12', '2020-02-29'),
  fc.boolean(),
  fc.constant(null),
)
const types = fc.constantFrom('null', 'boolean', 'integer', 'number', 'string', 'array', 'object')

const { document } = fc.letrec((tie) => ({
  document: fc.oneof({ maxDepth: 3, depthSize: 'small' }, scalar, tie('array'), tie('object')),
  array: fc.array(tie('document'), { maxLength: 3 }),
  object: fc.dictionary(names, tie('document'), { maxKeys: 3, noNullPrototype: true }),
}))

const count = fc.integer({ min: 0, max: 3 })

const { schema } = fc.letrec<{ schema: JsonSchema; keywords: JsonSchema }>((tie) => {
  const inner = tie('schema')
  const map = fc.dictionary(names, inner, { maxKeys: 3, noNullPrototype: true })
  const list = fc.array(inner, { minLength: 1, maxLength: 3 })
  const optional = <T>(arbitrary: fc.Arbitrary<T>, weight: number) =>
    fc.option(arbitrary, { nil: undefined, freq: weight })
  const keywords = fc
    .record({
      type: fc.option(fc.oneof(types, fc.uniqueArray(types, { minLength: 1, maxLength: 3 })), {
        nil: undefined,
        freq: 3,
      }),
      enum: rare(fc.array(scalar, { minLength: 1, maxLength: 4 })),
      const: rare(scalar),
      minimum: rare(fc.integer({ min: -2, max: 4 })),
      maximum: rare(fc.integer({ min: -2, max: 5 })),
      exclusiveMinimum: rare(fc.integer({ min: -2, max: 4 })),
      exclusiveMaximum: rare(fc.integer({ min: -2, max: 5 })),
      multipleOf: rare(fc.constantFrom(1, 2, 3, 0.5, 0.25)),
      minLength: rare(count),
      maxLength: rare(count),
      pattern: rare(patterns),
      format: rare(fc.constantFrom('date', 'email')),
      items: rare(inner),
      prefixItems: rare(list),
      minItems: rare(count),
      maxItems: rare(count),
      uniqueItems: rare(fc.boolean()),
      contains: rare(inner),
      minContains: rare(count),
      maxContains: rare(count),
      properties: optional(map, 1),
      patternProperties: rare(fc.dictionary(patterns, inner, { maxKeys: 2, noNullPrototype: true })),
      additionalProperties: optional(fc.oneof(fc.constant(false), inner), 2),
      unevaluatedProperties: rare(fc.oneof(fc.constant(false), inner)),
      unevaluatedItems: rare(fc.oneof(fc.constant(false), inner)),
      required: optional(fc.uniqueArray(names, { maxLength: 2 }), 2),
      minProperties: rare(count),
      maxProperties: rare(count),
      propertyNames: rare(fc.oneof(inner, fc.record({ pattern: patterns }))),
      dependentRequired: rare(
        fc.dictionary(names, fc.uniqueArray(names, { maxLength: 2 }), { maxKeys: 2, noNullPrototype: true }),
      ),
      dependentSchemas: rare(map),
      allOf: rare(list),
      anyOf: rare(list),
      oneOf: rare(list),
      not: rare(inner),
      if: rare(inner),
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
      then: rare(inner),
      else: rare(inner),
      $ref: rare(fc.constantFrom('#', '#/$defs/one', '#/$defs/two')),
      title: rare(fc.constant('a title')),
    })
    .map((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)))
  return {
    schema: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 1, arbitrary: fc.boolean() },
      { weight: 8, arbitrary: tie('keywords') },
    ),
    keywords,
  }
})

/** One in nine. */
function rare<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
}

/** Changes one place of a schema: what differs in everything is rarely compatible, and so proves little. */
function changed(value: JsonSchema, other: JsonSchema, pick: number): JsonSchema {
  if (typeof value === 'boolean' || typeof other === 'boolean') return other
  const keys = [...new Set([...Object.keys(value), ...Object.keys(other)])]
  const key = keys[pick % Math.max(keys.length, 1)]
  if (key === undefined) return value
  const { [key]: own, ...rest } = value
  const inner = Math.floor(pick / Math.max(keys.length, 1))
  const deeper = own !== undefined && inner % 2 === 1 ? changedWithin(own, other, inner) : undefined
  if (deeper !== undefined) return { ...rest, [key]: deeper }
  return Object.hasOwn(other, key) ? { ...rest, [key]: other[key] } : rest
}

function changedWithin(own: unknown, other: JsonSchema, pick: number): unknown {
  if (typeof own !== 'object' || own === null) return undefined
  if (Array.isArray(own))
    return typeof own[0] !== 'object' || own[0] === null ? undefined : own.toSpliced(0, 1, changed(own[0], other, pick))
  const [name] = Object.keys(own)
  const value = name === undefined ? undefined : (own as Record<string, unknown>)[name]
  if (name === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return { ...own, [name]: changed(value as JsonSchema, other, pick) }
}

const bundleOf = (value: JsonSchema, dialect: Dialect = '2020-12') => ({
  root: '/s',
  schemas: { '/s': { dialect, value } },
})

const whole = (value: JsonSchema, one: JsonSchema, two: JsonSchema): JsonSchema =>
  typeof value === 'boolean' ? value : { ...value, $defs: { one, two } }

test(`of ${PAIRS} random pairs none that is called compatible breaks a document, and every example breaks`, () => {
  const seed = Number(process.env.OIH_TEST_SEED ?? Math.trunc(Math.random() * 2 ** 31))
  const tally = { compatible: 0, telling: 0, proved: 0, undecided: 0 }
  const pair = fc.record({
    one: schema,
    other: schema,
    defs: fc.tuple(schema, schema),
    pick: fc.nat(1_000),
    isChange: fc.nat(3),
    documents: fc.array(document, { minLength: 10, maxLength: 40 }),
  })
  fc.assert(
    fc.property(pair, ({ one, other, defs, pick, isChange, documents }) => {
      const before = whole(one, ...defs)
      const after = whole(isChange === 0 ? other : changed(one, other, pick), ...defs)
      const validators = [before, after].map((value) => {
        const root = rootOfBundle(bundleOf(value))
        return { root, ...createValidator(root.set, { isForFew: true }) }
      })
      const accept = (index: number, value: unknown) => validators[index]?.accepts(validators[index].root, value)
      fc.pre(validators.every(({ root }) => findLoop(root) === undefined))
      const { compatible, differences } = compareSchemas({
        before: bundleOf(before),
        after: bundleOf(after),
        direction: 'BACKWARD',
      })
      for (const { example } of differences.filter((difference) => Object.hasOwn(difference, 'example')))
        assert.deepEqual([accept(0, example), accept(1, example)], [true, false])
      const isProved = differences.some((difference) => Object.hasOwn(difference, 'example'))
      tally[compatible ? 'compatible' : isProved ? 'proved' : 'undecided'] += 1
      if (!compatible) return
      const roots = validators.map(({ root }) => root)
      const tried = [...documents, ...samplesOf(roots.slice(0, 1)), ...samplesOf(roots.slice(1)), ...samplesOf(roots)]
      const taken = tried.filter((value) => accept(0, value) === true)
      if (taken.length > 0) tally.telling += 1
      const breaking = taken.find((value) => accept(1, value) === false)
      assert.equal(breaking, undefined, `breaks: ${JSON.stringify(breaking)}`)
    }),
    { seed, numRuns: PAIRS, endOnFailure: false },
  )
  console.log(JSON.stringify({ seed, ...tally }))
  assert.ok(tally.telling > PAIRS / 5 && tally.proved > PAIRS / 20, JSON.stringify(tally))
})
