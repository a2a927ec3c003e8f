import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Dialect } from '../language/dialect.ts'
import type { JsonSchema } from '../language/json-schema.ts'
import { inspectSchema } from './inspection.ts'

const inspect = (value: JsonSchema, dialect: Dialect = 'draft-07', others: Record<string, JsonSchema> = {}) =>
  inspectSchema({
    root: '/a',
    schemas: {
      '/a': { dialect, value },
      ...Object.fromEntries(Object.entries(others).map(([location, each]) => [location, { dialect, value: each }])),
    },
  })

test('a schema is held to the meta-schema of its draft, and the place of each fault is told', () => {
  const cases: [Dialect, JsonSchema, string[]][] = [
    ['draft-07', { type: 'text' }, ['/type']],
    [
      'draft-07',
      { properties: { a: { minLength: -1 }, b: { pattern: '(' } } },
      ['/properties/a/minLength', '/properties/b/pattern'],
    ],
    ['draft-07', { patternProperties: { '[': {} } }, ['/patternProperties/[']],
    ['draft-04', { exclusiveMinimum: true, minimum: 1 }, []],
    ['draft-04', { exclusiveMinimum: 1 }, ['', '/exclusiveMinimum']],
    ['draft-06', { exclusiveMinimum: 1, const: 1 }, []],
    ['draft-06', { exclusiveMinimum: true }, ['/exclusiveMinimum']],
    ['draft-07', { items: [{ type: 'string' }] }, []],
    ['2020-12', { items: [{ type: 'string' }] }, ['/items']],
    ['2019-09', { dependentRequired: { a: 'b' } }, ['/dependentRequired/a']],
    ['2020-12', { $defs: { a: { enum: 1 } } }, ['/$defs/a/enum']],
    ['2020-12', true, []],
  ]
  for (const [dialect, value, paths] of cases) {
    const found = [...new Set(inspect(value, dialect).map(({ path }) => path))].toSorted()
    assert.deepEqual(found, paths, `${dialect}: ${JSON.stringify(value)}`)
  }
})

test('a schema that would be asked for again and again at the same place is refused', () => {
  const loops: [JsonSchema, string][] = [
    [{ $ref: '#' }, ''],
    [{ properties: { a: { $ref: '#/properties/a' } } }, '/properties/a'],
    [
      {
        definitions: { a: { anyOf: [{ $ref: '#/definitions/b' }] }, b: { not: { $ref: '#/definitions/a' } } },
        properties: { x: { $ref: '#/definitions/a' } },
      },
      '/definitions/a',
    ],
  ]
  for (const [value, path] of loops)
    assert.deepEqual(
      inspect(value).map((fault) => fault.path),
      [path],
      JSON.stringify(value),
    )
  assert.deepEqual(
    inspect({ properties: { next: { $ref: '#' } }, items: { $ref: '#' } }),
    [],
    'one that holds itself is none',
  )
  const other = { '/b': { allOf: [{ $ref: '/a' }] } }
  assert.equal(inspect({ $ref: '/b' }, 'draft-07', other).length, 1, 'by way of another document')
})

test('a reference that leads nowhere is no fault here', () => {
  assert.deepEqual(inspect({ $ref: 'https://elsewhere.example/a' }), [])
})
