import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bundle } from '../language/bundle.ts'
import type { Dialect } from '../language/dialect.ts'
import type { JsonSchema } from '../language/json-schema.ts'
import { rootOfBundle } from '../validation/schema-set.ts'
import { createValidator } from '../validation/validator.ts'
import type { Direction } from './compatibility.ts'
import { compareSchemas } from './compatibility.ts'
import type { Rule } from './refusal.ts'

const bundleOf = (value: JsonSchema, dialect: Dialect = 'draft-07'): Bundle => ({
  root: '/s',
  schemas: { '/s': { dialect, value } },
})

function compare(
  before: JsonSchema,
  after: JsonSchema,
  direction: Direction = 'BACKWARD',
  dialect: Dialect = 'draft-07',
) {
  return compareSchemas({ before: bundleOf(before, dialect), after: bundleOf(after, dialect), direction })
}

/** The rule that a change breaks, with the place; undefined = compatible. Fails where a difference has no example. */
function broken(
  before: JsonSchema,
  after: JsonSchema,
  direction: Direction = 'BACKWARD',
  dialect: Dialect = 'draft-07',
) {
  const { compatible, differences } = compare(before, after, direction, dialect)
  const [first] = differences
  assert.equal(compatible, first === undefined)
  if (first) assert.ok(Object.hasOwn(first, 'example'), `${first.path} ${first.message}`)
  return first && ([first.rule, first.path] as const)
}

const text = { type: 'string' }
const whole = { type: 'integer' }
const object = (properties: Record<string, JsonSchema>, more: object = {}): JsonSchema => ({
  type: 'object',
  properties,
  ...more,
})

// Confluent's Schema Registry documents which changes of properties its checks of JSON Schema allow, by content model ("JSON Schema
// compatibility rules" in its documentation; open, closed and partially open content models in "Understanding JSON Schema
// Compatibility", Yokota 2021). That a required property with a default may be added, as it says, is not so: validation knows no defaults.
const models: readonly [string, object][] = [
  ['open', {}],
  ['closed', { additionalProperties: false }],
  ['partially open', { additionalProperties: text }],
]

type Expected = Rule | 'compatible'
const content: readonly [
  string,
  (more: object) => [JsonSchema, JsonSchema],
  Readonly<Record<string, readonly [Expected, Expected]>>,
][] = [
  [
    'add an optional property',
    (more) => [object({ a: text }, more), object({ a: text, b: whole }, more)],
    {
      open: ['property-constrained', 'compatible'],
      closed: ['compatible', 'property-forbidden'],
      'partially open': ['type-narrowed', 'type-narrowed'],
    },
  ],
  [
    'add an optional property that the rest covers',
    (more) => [object({ a: text }, more), object({ a: text, b: { type: 'string', maxLength: 5 } }, more)],
    {
      open: ['property-constrained', 'compatible'],
      closed: ['compatible', 'property-forbidden'],
      'partially open': ['length-narrowed', 'compatible'],
    },
  ],
  [
    'add an optional property that takes what the rest takes and more',
    (more) => [object({ a: text }, more), object({ a: text, b: { type: ['string', 'integer'] } }, more)],
    {
      open: ['property-constrained', 'compatible'],
      closed: ['compatible', 'property-forbidden'],
      'partially open': ['compatible', 'type-narrowed'],
    },
  ],
  [
    'add an optional property that may be anything',
    (more) => [object({ a: text }, more), object({ a: text, b: true }, more)],
    {
      open: ['compatible', 'compatible'],
      closed: ['compatible', 'property-forbidden'],
      'partially open': ['compatible', 'property-constrained'],
    },
  ],
  [
    'add a required property',
    (more) => [object({ a: text }, more), object({ a: text, b: text }, { ...more, required: ['b'] })],
    {
      open: ['property-required', 'compatible'],
      closed: ['property-required', 'property-forbidden'],
      'partially open': ['property-required', 'compatible'],
    },
  ],
  [
    'add a required property with a default',
    (more) => [
      object({ a: text }, more),
      object({ a: text, b: { ...text, default: 'b' } }, { ...more, required: ['b'] }),
    ],
    {
      open: ['property-required', 'compatible'],
      closed: ['property-required', 'property-forbidden'],
      'partially open': ['property-required', 'compatible'],
    },
  ],
  [
    'require a property that was optional',
    (more) => [object({ a: text }, more), object({ a: text }, { ...more, required: ['a'] })],
    {
      open: ['property-required', 'compatible'],
      closed: ['property-required', 'compatible'],
      'partially open': ['property-required', 'compatible'],
    },
  ],
]

test('which properties may be added and removed in open, closed and partially open objects', () => {
  for (const [name, make, expected] of content) {
    for (const [model, more] of models) {
      const [without, with_] = make(more)
      const [added, removed] = expected[model] ?? []
      const found = (before: JsonSchema, after: JsonSchema, direction: Direction) =>
        broken(before, after, direction)?.[0] ?? 'compatible'
      assert.equal(found(without, with_, 'BACKWARD'), added, `${name}, ${model}`)
      assert.equal(found(with_, without, 'BACKWARD'), removed, `the reverse of: ${name}, ${model}`)
      // What one direction forbids for a change the other forbids for its reverse.
      assert.equal(found(with_, without, 'FORWARD'), added, `forward, ${name}, ${model}`)
      assert.equal(found(without, with_, 'FORWARD'), removed, `forward, the reverse of: ${name}, ${model}`)
    }
  }
})

/** A change, what it breaks (undefined = nothing), and what its reverse breaks. */
const changes: readonly [JsonSchema, JsonSchema, Rule | undefined, Rule | undefined][] = [
  [{ type: 'integer' }, { type: 'number' }, undefined, 'type-narrowed'],
  [text, { type: ['string', 'null'] }, undefined, 'type-narrowed'],
  [text, whole, 'type-narrowed', 'type-narrowed'],
  [text, {}, undefined, 'type-narrowed'],
  [false, text, undefined, 'everything-refused'],
  [text, true, undefined, 'type-narrowed'],
  [{ const: 'a' }, { enum: ['a', 'b'] }, undefined, 'values-narrowed'],
  [{ enum: [1, 2] }, { type: 'integer', minimum: 1 }, undefined, 'values-narrowed'],
  [{ type: 'boolean' }, { enum: [true, false, null] }, undefined, 'values-narrowed'],
  [{ type: 'number', minimum: 3 }, { type: 'number', minimum: 2 }, undefined, 'minimum-raised'],
  [{ type: 'number', exclusiveMinimum: 2 }, { type: 'number', minimum: 2 }, undefined, 'minimum-raised'],
  [{ type: 'integer', exclusiveMinimum: 2 }, { type: 'integer', minimum: 3 }, undefined, undefined],
  [{ type: 'integer', maximum: 2 }, { type: 'integer', exclusiveMaximum: 3 }, undefined, undefined],
  [{ type: 'number', maximum: 2 }, { type: 'number' }, undefined, 'maximum-lowered'],
  [{ type: 'number', multipleOf: 4 }, { type: 'integer', multipleOf: 2 }, undefined, 'multiple-demanded'],
  [{ type: 'number', multipleOf: 0.05 }, { type: 'number', multipleOf: 0.01 }, undefined, 'multiple-demanded'],
  [{ ...text, minLength: 2 }, { ...text, minLength: 1 }, undefined, 'length-narrowed'],
  [{ ...text, maxLength: 2 }, text, undefined, 'length-narrowed'],
  [{ ...text, pattern: '^[a-f]{3}$' }, { ...text, pattern: '^[a-z]+$' }, undefined, 'pattern-demanded'],
  [{ ...text, pattern: '^[a-f]{3}$' }, { ...text, minLength: 3, maxLength: 3 }, undefined, 'pattern-demanded'],
  [{ ...text, pattern: '^a' }, { ...text, pattern: 'a' }, undefined, 'pattern-demanded'],
  [{ ...text, format: 'date' }, text, undefined, 'format-demanded'],
  [{ type: 'array', items: whole }, { type: 'array', items: { type: 'number' } }, undefined, 'type-narrowed'],
  [{ type: 'array', maxItems: 2 }, { type: 'array', maxItems: 3 }, undefined, 'item-count-narrowed'],
  [{ type: 'array', minItems: 2 }, { type: 'array' }, undefined, 'item-count-narrowed'],
  [{ type: 'array', uniqueItems: true }, { type: 'array' }, undefined, 'unique-items-demanded'],
  [
    { type: 'array', items: [text], additionalItems: false },
    { type: 'array', items: [text, whole], additionalItems: false },
    undefined,
    'everything-refused',
  ],
  [{ type: 'array', items: text, minItems: 1 }, { type: 'array', contains: text }, undefined, 'type-narrowed'],
  [object({}, { maxProperties: 2 }), object({}), undefined, 'property-count-narrowed'],
  [
    object({ a: true }, { additionalProperties: false }),
    object({}, { maxProperties: 1 }),
    undefined,
    'property-forbidden',
  ],
  [
    object({}, { propertyNames: { pattern: '^[a-y]$' } }),
    object({}, { propertyNames: { pattern: '^[a-z]$' } }),
    undefined,
    'property-names-narrowed',
  ],
  [
    object({}, { patternProperties: { '^x': text } }),
    object({}, { patternProperties: { '^x-': text } }),
    undefined,
    'type-narrowed',
  ],
  [
    object({}, { dependencies: { a: ['b', 'c'] } }),
    object({}, { dependencies: { a: ['b'] } }),
    undefined,
    'dependent-property-required',
  ],
  [{ allOf: [text, { maxLength: 3 }] }, { ...text, maxLength: 3 }, undefined, undefined],
  [{ anyOf: [text, whole] }, { type: ['string', 'integer'] }, undefined, undefined],
  [{ oneOf: [text, whole] }, { oneOf: [text, whole, { type: 'null' }] }, undefined, 'values-narrowed'],
  [text, { not: whole }, undefined, 'type-narrowed'],
  [{ not: { required: ['a'] } }, true, undefined, 'exclusion-added'],
]

test('each keyword is compared in both directions, and what breaks is shown', () => {
  for (const [before, after, rule, reverse] of changes) {
    const told = `${JSON.stringify(before)} → ${JSON.stringify(after)}`
    assert.equal(broken(before, after)?.[0], rule, told)
    assert.equal(broken(after, before)?.[0], reverse, `the reverse of ${told}`)
  }
})

test('the place of a difference is told by a pointer into the schema that refuses', () => {
  const shape = (v: JsonSchema) => ({
    definitions: { node: object({ next: { $ref: '#/definitions/node' }, v }, { additionalProperties: false }) },
    $ref: '#/definitions/node',
  })
  assert.deepEqual(broken(shape({ type: 'number' }), shape(whole)), [
    'type-narrowed',
    '/definitions/node/properties/v/type',
  ])
  assert.equal(broken(shape(whole), shape({ type: 'number' })), undefined, 'a schema that holds itself')
  assert.deepEqual(broken(object({ 'a/b~c': text }), object({ 'a/b~c': { ...text, maxLength: 1 } })), [
    'length-narrowed',
    '/properties/a~1b~0c/maxLength',
  ])
})

test('what is not understood counts as incompatible, and says that it could not be decided', () => {
  const { compatible, differences } = compare(
    { ...text, pattern: '^(\\w+) \\1$' },
    { ...text, pattern: '^(\\w+) \\1$|^x$' },
  )
  assert.deepEqual([compatible, differences.length, Object.hasOwn(differences[0] ?? {}, 'example')], [false, 1, false])
  const nowhere = compare({ $ref: 'https://elsewhere.example/a' }, { $ref: 'https://elsewhere.example/b' })
  assert.deepEqual([nowhere.compatible, nowhere.differences[0]?.rule], [false, 'not-understood'])
  assert.equal(
    compare(text, { type: 'string', title: 'Told otherwise', examples: ['a'], $comment: 'b' }).compatible,
    true,
  )
})

test('a keyword that a draft does not know demands nothing in it', () => {
  const cases: [Dialect, JsonSchema, JsonSchema, Rule | undefined][] = [
    ['draft-04', true, { const: 1 }, undefined],
    ['draft-06', true, { const: 1 }, 'values-narrowed'],
    [
      'draft-04',
      { type: 'number', minimum: 1 },
      { type: 'number', minimum: 1, exclusiveMinimum: true },
      'minimum-raised',
    ],
    ['draft-06', true, { if: text, else: false }, undefined],
    ['draft-07', true, { dependentRequired: { a: ['b'] } }, undefined],
    ['2019-09', { type: 'object' }, { dependentRequired: { a: ['b'] } }, 'dependent-property-required'],
    ['2019-09', true, { prefixItems: [text] }, undefined],
    ['2020-12', { type: 'array' }, { prefixItems: [text] }, 'type-narrowed'],
    ['2019-09', { type: 'array' }, { items: [text] }, 'type-narrowed'],
    [
      'draft-07',
      { $ref: '#/definitions/a', definitions: { a: text } },
      { $ref: '#/definitions/a', maxLength: 3, definitions: { a: text } },
      undefined,
    ],
    [
      '2019-09',
      { $ref: '#/$defs/a', $defs: { a: text } },
      { $ref: '#/$defs/a', maxLength: 3, $defs: { a: text } },
      'length-narrowed',
    ],
  ]
  for (const [dialect, before, after, rule] of cases)
    assert.equal(broken(before, after, 'BACKWARD', dialect)?.[0], rule, `${dialect}: ${JSON.stringify(after)}`)
})

/** Pairs of which more is true than meets the eye: a document is taken before and refused after. */
const traps: readonly [string, JsonSchema, JsonSchema, unknown][] = [
  ['two alternatives that overlap', text, { oneOf: [text, { minLength: 3 }] }, 'abc'],
  ['a look-ahead', { ...text, pattern: '^foo$' }, { ...text, pattern: '^(?=.*\\d)(foo|bar)$' }, 'foo'],
  ['a format of numbers', { type: 'string' }, { type: 'string', format: 'date' }, 'a'],
  ['null beside nullable', { type: ['string', 'null'] }, { type: 'string', nullable: true }, null],
  ['a large number', { multipleOf: 3 }, { multipleOf: 2 }, 3],
  ['a name of every object', true, { required: ['constructor'] }, {}],
  ['an empty array', { type: 'array' }, { prefixItems: [text], contains: whole }, []],
  [
    'what another alternative evaluates',
    object({ a: true, b: true }),
    { anyOf: [object({ a: true }), object({ b: true })], unevaluatedProperties: false },
    { c: 1 },
  ],
  [
    'what an alternative would evaluate',
    { type: 'object', properties: { a: true, b: true }, additionalProperties: false },
    { anyOf: [object({ a: text }, { required: ['a'] }), true], unevaluatedProperties: false },
    { b: 1 },
  ],
  [
    'a dynamic reference to one place',
    { properties: { a: { $dynamicRef: '#x' } }, $defs: { x: { $dynamicAnchor: 'x', type: 'number' } } },
    { properties: { a: whole } },
    { a: 0.5 },
  ],
  ['a former word for dependent properties', { type: 'object' }, { dependentRequired: { a: ['b'] } }, { a: 1 }],
  ['a number that doubles do not tell apart', { multipleOf: 3 }, { multipleOf: 1.5, maximum: 1e9 }, 3e9],
  [
    'what counts as evaluated by another keyword',
    { type: 'object', additionalProperties: true, unevaluatedProperties: false },
    object({}, { additionalProperties: false }),
    { a: 1 },
  ],
  [
    'what counts as evaluated by a condition',
    { type: 'object', if: true, unevaluatedProperties: false, ...JSON.parse('{"then":{"properties":{"a":true}}}') },
    object({}, { additionalProperties: false }),
    { a: 1 },
  ],
]

test('what looks alike is not taken for the same', () => {
  for (const [name, before, after, document] of traps) {
    const { compatible } = compare(before, after, 'BACKWARD', '2020-12')
    const [isTaken, isRefused] = [before, after].map((value) => {
      const root = rootOfBundle(bundleOf(value, '2020-12'))
      return createValidator(root.set).accepts(root, document)
    })
    assert.deepEqual([isTaken, isRefused, compatible], [true, false, false], name)
  }
})

test('a proof that rests on an assumption is forgotten with it', () => {
  const shape = (last: JsonSchema): JsonSchema => ({
    $ref: '#/$defs/a',
    $defs: {
      a: object({ b: { $ref: '#/$defs/b' }, last }),
      b: object({ a: { $ref: '#/$defs/a' } }),
    },
    properties: { again: { $ref: '#/$defs/b' } },
  })
  assert.equal(broken(shape({ type: 'number' }), shape(whole), 'BACKWARD', '2020-12')?.[0], 'type-narrowed')
  const onceMore = (last: JsonSchema) => ({
    anyOf: [{ type: 'null' }, shape(last)],
    $defs: (shape(last) as { $defs: object }).$defs,
  })
  assert.equal(compare(onceMore({ type: 'number' }), onceMore(whole), 'BACKWARD', '2020-12').compatible, false)
})

test('a dynamic reference that may lead to several places is not followed', () => {
  const shape = (type: string): JsonSchema => ({
    properties: {
      default: { $dynamicAnchor: 'x', type },
      a: { $dynamicRef: '#x' },
      b: { $dynamicAnchor: 'x', type: 'string' },
    },
  })
  const { compatible, differences } = compare(shape('number'), shape('integer'), 'BACKWARD', '2020-12')
  assert.equal(compatible, false)
  assert.ok(differences.some(({ rule }) => rule === 'not-understood'))
})
