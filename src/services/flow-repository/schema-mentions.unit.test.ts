import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Graph } from './graph.ts'
import { schemaMentions } from './schema-mentions.ts'

const domain = '/metadata-repository/api/v1/domains/0190a0b0-0000-7000-8000-000000000001'
const at = (uri: string) => `${domain}/schemas/${uri}`
const graphWith = (fields: Record<string, unknown>): Graph => ({
  nodes: [{ id: 'a', componentId: 'x', function: 'y', fields }],
})
const mentionsOf = (fields: Record<string, unknown>) => schemaMentions(graphWith(fields)).toSorted()

test('schemaMentions() finds addresses wherever they stand in a graph, without origin and fragment', () => {
  const table: [unknown, string[]][] = [
    [at('a.json'), ['a.json']],
    [`https://hub.example:8443${at('a/b.json')}#/properties/x`, ['a/b.json']],
    [at('a.json').replace('0190a0b0', '0190A0B0'), ['a.json']],
    [{ deep: [{ er: at('a.json') }, at('b.json')] }, ['a.json', 'b.json']],
    [{ [at('key.json')]: 1 }, ['key.json']],
    [`$f("${at('a.json')}") & "\n${at('b.json')}?version=1"`, ['a.json', 'b.json']],
    [at('caf%C3%A9%20x.json'), ['caf%C3%A9%20x.json']],
    [at('café.json'), ['caf%C3%A9.json']],
  ]
  for (const [value, uris] of table) assert.deepEqual(mentionsOf({ value }), [domain, ...uris.map(at)], String(value))
})

test('schemaMentions() takes what follows for a part of the address and for none, where it may be either', () => {
  assert.ok(mentionsOf({ value: `$f('${at('a.json')}')` }).includes(at('a.json')))
  assert.ok(mentionsOf({ value: `See ${at('a.json')}.` }).includes(at('a.json')))
  assert.ok(mentionsOf({ value: at("it's.json") }).includes(at("it's.json")))
})

test('schemaMentions() finds nothing in what is no address of a schema', () => {
  const none = [
    domain,
    at(''),
    at('a//b'),
    at('../a'),
    at('%zz'),
    `/metadata-repository/api/v1/domains/${'x'.repeat(36)}/schemas/a`,
  ]
  for (const value of [...none, at('x'.repeat(501)), at('%C3%A9'.repeat(400))])
    assert.deepEqual(mentionsOf({ value }), [], value)
})
