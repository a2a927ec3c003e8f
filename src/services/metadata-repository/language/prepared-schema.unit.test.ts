import assert from 'node:assert/strict'
import { test } from 'node:test'
import { locationOf } from '#lib/schema-location'
import { absoluteIdentity } from './identity.ts'
import { isJsonObject } from './json-schema.ts'
import { type PrepareOptions, prepareSchema } from './prepared-schema.ts'
import { toPublic } from './public-schema.ts'

const domainId = '0190a0b0-0000-7000-8000-000000000001'
const otherDomainId = '0190a0b0-0000-7000-8000-000000000002'
const origin = 'https://hub.example.com'
const at = (uri: string) => locationOf({ domainId, uri })

function prepare(value: unknown, options: Partial<PrepareOptions> = {}) {
  return prepareSchema(value, { domainId, origin, ...options })
}

/** What a `$ref` in a schema becomes, and why it is broken. */
function refOf(ref: string, schema: object, options: Partial<PrepareOptions> = {}) {
  const { value, broken, faults } = prepare({ ...schema, properties: { x: { $ref: ref } } }, options)
  assert.deepEqual(faults, [])
  const { properties } = value as { properties: { x: { $ref: string } } }
  return broken[0]?.reason ?? properties.x.$ref
}

test('a schema gets its location as identity, where that stood or first', () => {
  const { value, uri, location, title } = prepare({
    title: 'Person',
    $id: 'https://example.com/a/person.json#',
    type: 'object',
  })
  assert.deepEqual([uri, location, title], ['a/person.json', at('a/person.json'), 'Person'])
  assert.equal(JSON.stringify(value), JSON.stringify({ title: 'Person', $id: at('a/person.json'), type: 'object' }))
  const placed = prepare({ type: 'object' }, { uri: 'b.json' })
  assert.equal(JSON.stringify(placed.value), JSON.stringify({ $id: at('b.json'), type: 'object' }))
  assert.equal(prepare(true, { uri: 'c.json' }).value, true)
})

test('in draft-04 the identity is "id", and the keyword of the other drafts gives way', () => {
  const $schema = 'http://json-schema.org/draft-04/schema#'
  assert.deepEqual(prepare({ $schema, id: 'a.json' }).value, { $schema, id: at('a.json') })
  assert.deepEqual(prepare({ $schema, $id: 'a.json' }).value, { id: at('a.json'), $schema })
  assert.deepEqual(prepare({ id: 'a.json', type: 'object' }).value, { $id: at('a.json'), type: 'object' })
  const properties = { id: { type: 'string' }, $id: { type: 'string' } }
  assert.deepEqual(prepare({ $schema, id: 'a.json', properties }).value, { $schema, id: at('a.json'), properties })
})

test('the location of a schema as identity keeps its uri', () => {
  for (const $id of [at('a/ü.json'), `${origin}${at('a/ü.json')}`]) assert.equal(prepare({ $id }).uri, 'a/ü.json')
  assert.equal(prepare({ $id: locationOf({ domainId: otherDomainId, uri: 'a.json' }) }).location, at('a.json'))
})

test('relative references lead to the schema beside, whatever the host of the own identity', () => {
  const schema = { $id: 'https://example.com/a/person.json' }
  assert.equal(refOf('b.json', schema), at('a/b.json'))
  assert.equal(refOf('../b.json#/definitions/x', schema), `${at('b.json')}#/definitions/x`)
  assert.equal(refOf('/c/d.json', schema), at('c/d.json'))
  assert.equal(refOf('caf%C3%A9 1.json', schema), at('a/café 1.json'))
  assert.equal(refOf('../../../../b.json', schema), at('b.json'))
  assert.equal(refOf('b.json', {}, { uri: 'x/y/a.json' }), at('x/y/b.json'))
})

test('absolute references lead to what is known, into the hub, or beside the own identity', () => {
  const schema = { $id: 'https://example.com/a.json' }
  const known = new Map([['https://other.com/b.json', at('some/where.json')]])
  assert.equal(refOf('https://other.com/b.json#/x', schema, { known }), `${at('some/where.json')}#/x`)
  assert.equal(refOf('HTTPS://OTHER.com/x/../b.json', schema, { known }), at('some/where.json'))
  assert.equal(refOf('https://example.com/c/d.json', schema), at('c/d.json'))
  const elsewhere = locationOf({ domainId: otherDomainId, uri: 'a.json' })
  assert.equal(refOf(`${origin}${elsewhere}#/x`, schema), `${elsewhere}#/x`)
  assert.equal(refOf(elsewhere, schema), elsewhere)
})

test('what an upload calls itself comes before where it lies', () => {
  const known = new Map([['http://oih.org/schemas/b.json', at('moved/b.json')]])
  const options = { uri: 'v1/a.json', known }
  assert.equal(refOf('b.json', { $id: 'http://oih.org/schemas/a.json' }, options), at('moved/b.json'))
  assert.equal(refOf('c.json', { $id: 'http://oih.org/schemas/a.json' }, options), at('v1/c.json'))
  assert.match(
    refOf('http://oih.org/schemas/c.json', { $id: 'http://oih.org/schemas/a.json' }, options),
    /out of the hub/,
  )
})

test('references that lead nowhere are told with the reason, and stay as they are', () => {
  const schema = { $id: 'https://example.com/a.json' }
  assert.match(refOf('https://other.com/b.json', schema), /nothing is fetched/)
  assert.match(refOf('//other.com/b.json', schema), /nothing is fetched/)
  assert.match(refOf('b.json#definitions/X', schema), /slash behind "#": probably "b.json#\/definitions\/X" was meant/)
  assert.match(refOf('../..//b.json', schema), /probably "..\/..\/b.json" was meant/)
  assert.match(refOf('dir\\b.json', schema), /probably "dir\/b.json" was meant/)
  assert.match(refOf('b.json?x', schema), /query/)
  assert.match(refOf('/metadata-repository/api/v1/domains/x', schema), /location of a schema/)
  assert.match(refOf(`b.json#${'x'.repeat(2_000)}`, schema), /2000 characters/)
  assert.match(refOf('#/definitions/none', schema), /"#\/definitions\/none" does not/)
  assert.match(refOf('#none', schema), /an anchor/)
  assert.match(refOf('#/type', { ...schema, type: 'object' }), /a schema/)
  assert.match(refOf('#/constructor', schema), /a schema/)
  assert.match(refOf('#/%', schema), /a schema/)
  const { value } = prepare({ ...schema, not: { $ref: 'https://other.com/b.json' } })
  assert.deepEqual(isJsonObject(value) && value.not, { $ref: 'https://other.com/b.json' })
})

test('pointers and anchors lead to schemas of the same document', () => {
  const schema = { $id: 'a.json', definitions: { 'a/b ~': { items: [true] } } }
  for (const ref of ['#', 'a.json#', '#/definitions/a~1b%20~0', '#/definitions/a~1b ~0/items/0'])
    assert.match(refOf(ref, schema), /#/, ref)
  assert.match(refOf('#/definitions/a~1b%20~0/items/1', schema), /does not/)
  assert.match(refOf('#/definitions/a~1b%20~0/items/00', schema), /does not/)
  const $schema = 'https://json-schema.org/draft/2020-12/schema'
  const anchored = { $id: 'a.json', definitions: { x: { $anchor: 'foo' }, y: { $dynamicAnchor: 'bar' } } }
  assert.equal(refOf('#foo', { ...anchored, $schema }), '#foo')
  assert.equal(refOf('#bar', { ...anchored, $schema }), '#bar')
  assert.match(refOf('#foo', anchored), /an anchor/, 'draft-07 has no $anchor')
  assert.equal(refOf('#foo', { $id: 'a.json', definitions: { x: { $id: '#foo' } } }), '#foo')
  const draft04 = { $schema: 'http://json-schema.org/draft-04/schema#', id: 'a.json' }
  assert.equal(refOf('#foo', { ...draft04, definitions: { x: { id: '#foo' } } }), '#foo')
})

test('a part with an identity is a base of its own, and found by it', () => {
  const item = {
    $id: 'parts/item.json',
    definitions: { y: {} },
    items: [{ $ref: '#/definitions/y' }, { $ref: 'b.json' }],
  }
  const { value, references, broken } = prepare({
    $id: 'https://example.com/a.json',
    properties: {
      x: { $ref: 'parts/item.json#/definitions/y' },
      y: { $ref: 'https://example.com/parts/item.json' },
      z: { $ref: '#/definitions/item/definitions/y' },
    },
    definitions: { item },
  })
  const part = `${at('a.json')}?parts/item.json`
  assert.deepEqual(broken, [])
  assert.deepEqual(value, {
    $id: at('a.json'),
    properties: {
      x: { $ref: `${part}#/definitions/y` },
      y: { $ref: part },
      z: { $ref: '#/definitions/item/definitions/y' },
    },
    definitions: { item: { ...item, $id: part, items: [{ $ref: '#/definitions/y' }, { $ref: at('parts/b.json') }] } },
  })
  assert.deepEqual(
    references.map(({ target }) => target),
    [undefined, undefined, undefined, undefined, at('parts/b.json')],
  )
})

test('a part that is identified from elsewhere keeps its identity', () => {
  const part = { $id: 'https://other.com/part.json', properties: { x: { $ref: 'next.json' } } }
  const { value, broken } = prepare({
    $id: 'a.json',
    not: { $ref: 'https://other.com/part.json#' },
    definitions: { part },
  })
  assert.deepEqual(value, { $id: at('a.json'), not: { $ref: 'https://other.com/part.json#' }, definitions: { part } })
  assert.deepEqual(
    broken.map(({ path }) => path),
    ['/definitions/part/properties/x'],
  )
})

test('what cannot be a schema of the hub is a fault', () => {
  const message = (value: unknown, options?: Partial<PrepareOptions>) =>
    prepare(value, options).faults[0]?.message ?? 'none'
  for (const value of [null, 1, 'x', [], undefined]) assert.match(message(value), /object or a boolean/)
  assert.match(message({ $id: 'a', $schema: 'http://json-schema.org/draft-03/schema#' }), /must be one of .*draft-07/)
  assert.match(message({ type: 'object' }), /"\$id" must say where/)
  assert.match(message(true), /"\$id" must say where/)
  assert.match(message({ $id: 'a/../../b' }), /"\$id" must have a path/)
  assert.match(message({ $id: 7 }, { uri: 'a' }), /must be a string/)
  assert.match(message({}, { uri: 'a//b' }), /uri must have no empty segment/)
  assert.match(message(JSON.parse('{"$id":"a","properties":{"__proto__":{}}}')), /reaches a prototype/)
  assert.match(message(JSON.parse('{"$id":"a","default":[{"__proto__":{}}]}')), /reaches a prototype/)
  assert.match(message({ $id: 'a', description: 'a\0' }), /NUL/)
  assert.match(message({ $id: 'a', enum: ['\ud800'] }), /surrogate/)
  assert.match(message({ $id: 'a', items: [{ $id: 'b' }, { $id: './b' }] }), /".\/b" is of several/)
})

test('hostile schemas are refused without overflow or delay', () => {
  const message = (value: unknown) => prepare(value, { uri: 'a.json' }).faults[0]?.message ?? 'none'
  const nested = (before: string, after: string) => JSON.parse(`${before.repeat(100_000)}{}${after.repeat(100_000)}`)
  assert.match(message(nested('{"not":', '}')), /90 levels/)
  assert.match(message({ default: nested('[', ']') }), /90 levels/)
  let deep: object = {}
  for (let level = 0; level < 64; level++) deep = { not: deep }
  assert.match(message(deep), /64 levels/)
  const wide = (count: number, schema: object) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, schema]))
  assert.match(message({ properties: wide(20_000, {}) }), /20000 schemas/)
  assert.match(message({ properties: { ['k'.repeat(100_000)]: { properties: wide(10_000, {}) } } }), /2000 characters/)
  assert.match(message({ $id: 'a', properties: wide(10_000, { $ref: `${'ü'.repeat(300)}.json` }) }), /written in full/)
})

test('a schema that was read is prepared to what is stored', () => {
  const stored = prepare({
    $id: 'https://example.com/a.json',
    allOf: [
      { $ref: 'b.json#/x' },
      { $ref: '#/definitions/item' },
      { $ref: 'https://other.com/x' },
      { $ref: 'item.json' },
    ],
    definitions: { item: { $id: 'item.json' }, data: { const: { $ref: at('b.json') } } },
  }).value
  const read = toPublic(stored, origin) as { $id: string; allOf: { $ref: string }[]; definitions: { data: object } }
  assert.equal(read.$id, `${origin}${at('a.json')}`)
  assert.deepEqual(
    read.allOf.map(({ $ref }) => $ref),
    [`${origin}${at('b.json')}#/x`, '#/definitions/item', 'https://other.com/x', `${origin}${at('a.json')}?item.json`],
  )
  assert.deepEqual(read.definitions.data, { const: { $ref: at('b.json') } }, 'data is not touched')
  assert.deepEqual(prepare(read).value, stored)
  assert.equal(toPublic(true, origin), true)
})

test('a schema that comes from another domain refers to its former neighbours, or to those that came along', () => {
  const former = (uri: string) => `${origin}${locationOf({ domainId: otherDomainId, uri })}`
  const value = { $id: former('a.json'), allOf: [{ $ref: former('b.json') }, { $ref: `${former('a.json')}#` }] }
  const id = absoluteIdentity({ $id: former('b.json') }, 'draft-07', origin)
  assert(id)
  const { allOf: kept } = prepare(value).value as typeof value
  assert.deepEqual(kept, [{ $ref: former('b.json').slice(origin.length) }, { $ref: `${at('a.json')}#` }])
  const { allOf: brought } = prepare(value, { known: new Map([[id, at('b.json')]]) }).value as typeof value
  assert.deepEqual(brought[0], { $ref: at('b.json') })
})
