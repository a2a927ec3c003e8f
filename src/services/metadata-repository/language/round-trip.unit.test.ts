import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { locationOf } from '#lib/schema-location'
import { dialects } from './dialect.ts'
import { prepareSchema } from './prepared-schema.ts'
import { toPublic } from './public-schema.ts'
import { checkTargets } from './targets.ts'

const domainId = '0190a0b0-0000-7000-8000-000000000001'
const origin = 'https://hub.example.com'
const own = locationOf({ domainId, uri: 'a/b.json' })
const other = locationOf({ domainId: '0190a0b0-0000-7000-8000-000000000002', uri: 'a/c d.json' })

const addresses = fc.oneof(
  fc.constantFrom(
    '',
    'b.json',
    'c.json',
    '../c.json',
    '/c.json',
    'c',
    'c//d',
    'c?d',
    'c\\d',
    '//host/c',
    '.',
    '%zz',
    '%2F',
  ),
  fc.constantFrom(
    'https://example.com/a/b.json',
    'https://example.com/a/c',
    'https://foreign.org/c.json',
    'urn:a:b',
    'x:',
  ),
  fc.constantFrom(own, other, `${own}?c.json`, '/metadata-repository/api/v1/domains/none', '/metadata-repository/c'),
  fc.constantFrom(
    origin + own,
    origin + other,
    `${origin}${own}?c`,
    `${origin}/metadata-repository/api/v1/domains/`,
    origin,
  ),
  fc.string({ maxLength: 12 }),
)
const fragments = fc.oneof(
  fc.constantFrom(
    '',
    '#',
    '#/',
    '#foo',
    '#/definitions/a',
    '#/definitions/c',
    '#definitions/a',
    '#/unknown/b',
    '#/items/0',
    '#%',
  ),
  fc.string({ maxLength: 6 }).map((text) => `#${text}`),
)
const references = fc.tuple(addresses, fragments).map((parts) => parts.join(''))
const names = fc.constantFrom('a', 'b', 'c', '$ref', '$id', 'constructor', 'x/~y')

const identities = {
  $ref: fc.oneof({ weight: 9, arbitrary: references }, { weight: 1, arbitrary: fc.integer() }),
  $id: references,
  id: references,
  $anchor: fc.constantFrom('foo', 'bar'),
}

/** Schemas that nest no deeper than `depth`, with whatever refers and is referred to. */
function schemas(depth: number): fc.Arbitrary<object> {
  if (depth === 0) return fc.record(identities, { requiredKeys: [] })
  const inner = schemas(depth - 1)
  const some = fc.dictionary(names, inner, { maxKeys: 2 })
  const items = fc.oneof(inner, fc.array(inner, { maxLength: 2 }))
  const holders = { properties: some, definitions: some, $defs: some, unknown: some, items, not: inner, const: inner }
  return fc.record({ ...identities, ...holders }, { requiredKeys: [] })
}
const $schemas = fc.constantFrom(
  undefined,
  ...dialects.map((dialect) => `http://json-schema.org/${dialect.replace(/^2/, 'draft/2')}/schema`),
)
const wholes = fc.tuple(schemas(2), $schemas).map(([value, $schema]) => ({ ...value, ...($schema && { $schema }) }))

test('a prepared schema is the same when it is prepared again, and when it was read meanwhile', () => {
  fc.assert(
    fc.property(wholes, (value) => {
      const first = prepareSchema(value, { domainId, origin, uri: 'a/b.json' })
      if (first.faults.length > 0) return
      for (const copy of [first.value, toPublic(first.value, origin)]) {
        for (const uri of [{ uri: 'a/b.json' }, {}]) {
          const again = prepareSchema(copy, { domainId, origin, ...uri })
          assert.deepEqual(again.faults, [])
          assert.equal(JSON.stringify(again.value), JSON.stringify(first.value))
          const told = ({ broken, references }: typeof first) => ({
            broken: broken.map(({ path }) => path),
            targets: references.map(({ path, target, fragment }) => ({ path, target, fragment })),
          })
          assert.deepEqual(told(again), told(first))
        }
      }
    }),
    { numRuns: 2_000 },
  )
})

test('whatever the text of a schema, it is prepared or refused, and looked through for targets', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), wholes, (json, value) => {
      const prepared = [json, value, { ...value, definitions: json }].map((each) =>
        prepareSchema(each, { domainId, origin }),
      )
      checkTargets(prepared, () => true)
    }),
    { numRuns: 500 },
  )
})
