import assert from 'node:assert/strict'
import { test } from 'node:test'
import { locationOf } from '#lib/schema-location'
import type { JsonSchema } from './json-schema.ts'
import { prepareSchema } from './prepared-schema.ts'
import { checkTargets, outerTargetsOf, targetsOf } from './targets.ts'

const domainId = '0190a0b0-0000-7000-8000-000000000001'
const at = (uri: string) => locationOf({ domainId, uri })
const prepare = (uri: string, value: JsonSchema) => prepareSchema(value, { domainId, origin: 'https://hub', uri })

const stored = prepare('stored.json', {
  definitions: { x: { $id: '#foo' }, list: [{}, true] },
  components: { unknown: {}, used: {} },
  not: { $ref: '#/components/used' },
})

/** Why a reference to what is stored, or comes along as `new.json`, is broken. */
function reasonOf(ref: string): string | undefined {
  const schemas = [prepare('a.json', { items: { $ref: ref } }), prepare('new.json', true)]
  const [checked] = checkTargets(schemas, (location) => (location === at('stored.json') ? stored.value : undefined))
  assert.deepEqual(checked?.broken.map(({ path }) => path) ?? [], checked?.broken.length ? ['/items'] : [])
  return checked?.broken[0]?.reason
}

test('a reference must lead to a schema that is there, or comes along', () => {
  assert.equal(reasonOf('stored.json'), undefined)
  assert.equal(reasonOf('new.json'), undefined)
  assert.match(reasonOf('none.json') ?? '', /"none.json" is not/)
})

test('its fragment must lead to a schema there', () => {
  for (const fragment of ['', '/definitions/x', 'foo', '/components/used', '/not'])
    assert.equal(reasonOf(`stored.json#${fragment}`), undefined, fragment)
  for (const fragment of [
    '/definitions/y',
    'bar',
    '/definitions',
    '/components/unknown',
    '/definitions/list/0',
    '/toString',
  ])
    assert.match(reasonOf(`stored.json#${fragment}`) ?? '', /must lead to/, fragment)
  assert.equal(reasonOf('new.json#'), undefined)
  assert.match(reasonOf('new.json#/definitions/x') ?? '', /must lead to/)
})

test('each broken reference is told once', () => {
  assert.match(reasonOf('none.json#definitions/X') ?? '', /slash/)
  assert.match(reasonOf('#/none') ?? '', /must lead to/)
})

test('targets are told once, those of the schemas at hand apart', () => {
  const items = [
    { $ref: 'b.json#/x' },
    { $ref: 'b.json' },
    { $ref: '#' },
    { $ref: 'c.json' },
    { $ref: 'https://x.org/d' },
  ]
  const schemas = [prepare('a.json', { items }), prepare('b.json', { not: { $ref: 'a.json' } })]
  assert.deepEqual(schemas.map(targetsOf), [[at('b.json'), at('c.json')], [at('a.json')]])
  assert.deepEqual(outerTargetsOf(schemas), [at('c.json')])
})
