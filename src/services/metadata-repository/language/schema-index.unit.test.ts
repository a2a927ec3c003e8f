import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Dialect, dialectNamed, dialects } from './dialect.ts'
import { prepareSchema } from './prepared-schema.ts'

const $schemas: Record<Dialect, string> = {
  'draft-04': 'http://json-schema.org/draft-04/schema#',
  'draft-06': 'http://json-schema.org/draft-06/schema#',
  'draft-07': 'http://json-schema.org/draft-07/schema#',
  '2019-09': 'https://json-schema.org/draft/2019-09/schema',
  '2020-12': 'https://json-schema.org/draft/2020-12/schema',
}

/** The pointers of the references that a schema has, each to a schema beside it. */
function referencesIn(dialect: Dialect, schema: object): string[] {
  const value = { $schema: $schemas[dialect], ...schema }
  const { references, faults } = prepareSchema(value, { domainId: 'd', origin: 'https://hub', uri: 'a.json' })
  assert.deepEqual(faults, [])
  return references.map(({ path }) => path)
}

const ref = { $ref: 'b.json' }

test('a dialect is known by $schema, over http or https, with or without "#"', () => {
  for (const dialect of dialects) {
    const name = $schemas[dialect].replace(/^https?:|#$/g, '')
    for (const text of [`http:${name}`, `https:${name}`, `http:${name}#`, `https:${name}#`])
      assert.equal(dialectNamed(text), dialect)
  }
  assert.equal(dialectNamed(undefined), 'draft-07')
  assert.equal(dialectNamed('http://json-schema.org/schema#'), 'draft-07')
  for (const other of ['http://json-schema.org/draft-03/schema#', 'https://example.com/schema', '', 7, null, {}])
    assert.equal(dialectNamed(other), undefined)
})

test('the keywords of each dialect hold schemas', () => {
  const inAll = [
    { properties: { x: ref } },
    { patternProperties: { x: ref } },
    { definitions: { x: ref } },
    { $defs: { x: ref } },
    { additionalProperties: ref },
    { items: ref },
    { not: ref },
    { allOf: [{}, ref] },
    { anyOf: [ref] },
    { oneOf: [ref] },
    { dependencies: { x: ref, y: ['z'] } },
  ]
  const since: Record<Dialect, object[]> = {
    'draft-04': [],
    'draft-06': [{ contains: ref }, { propertyNames: ref }],
    'draft-07': [{ if: ref }, JSON.parse('{"then":{"$ref":"b.json"}}'), { else: ref }],
    '2019-09': [
      { dependentSchemas: { x: ref } },
      { unevaluatedItems: ref },
      { unevaluatedProperties: ref },
      { contentSchema: ref },
    ],
    '2020-12': [{ prefixItems: [{}, ref] }],
  }
  for (const [at, dialect] of dialects.entries()) {
    const held = [...inAll, ...dialects.slice(0, at + 1).flatMap((each) => since[each])]
    for (const schema of held)
      assert.equal(referencesIn(dialect, schema).length, 1, `${dialect} ${JSON.stringify(schema)}`)
    for (const schema of dialects.slice(at + 1).flatMap((each) => since[each]))
      assert.deepEqual(referencesIn(dialect, schema), [], `${dialect} ${JSON.stringify(schema)}`)
    const isOld = dialect !== '2020-12'
    assert.equal(referencesIn(dialect, { items: [ref] }).length, isOld ? 1 : 0)
    assert.equal(referencesIn(dialect, { additionalItems: ref }).length, isOld ? 1 : 0)
  }
})

test('only a $ref that is a keyword of a schema is a reference', () => {
  const data = { enum: [ref], const: ref, default: ref, examples: [ref], required: ['$ref'], title: 'x' }
  for (const dialect of dialects) {
    assert.deepEqual(referencesIn(dialect, data), [])
    assert.deepEqual(referencesIn(dialect, { properties: { $ref: { type: 'string' } } }), [])
    assert.deepEqual(referencesIn(dialect, { properties: { $ref: ref } }), ['/properties/$ref'])
    assert.deepEqual(referencesIn(dialect, { $ref: 7, properties: { enum: ref } }), ['/properties/enum'])
  }
})

test('until draft-07 a $ref hides what stands beside it, but for definitions', () => {
  const schema = { ...ref, properties: { x: ref }, definitions: { 'a/~b': ref } }
  for (const dialect of dialects) {
    const isOld = dialect.startsWith('draft')
    const inProperties = isOld ? [] : ['/properties/x']
    assert.deepEqual(referencesIn(dialect, schema).sort(), ['', '/definitions/a~1~0b', ...inProperties])
  }
})

test('what a reference of the schema itself leads to is a schema, whatever holds it', () => {
  const schema = { properties: { x: { $ref: '#/components/x' } }, components: { x: { not: ref }, y: ref } }
  assert.deepEqual(referencesIn('2020-12', schema), ['/properties/x', '/components/x/not'])
})
