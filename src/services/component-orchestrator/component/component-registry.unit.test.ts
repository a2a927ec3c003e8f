import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { TerminalError } from '#lib/errors'
import { loadComponents } from './component-registry.ts'

const schemas = '/metadata-repository/api/v1/domains/0190a0b0-0000-7000-8000-000000000001/schemas'
const builtIns = fileURLToPath(new URL('../../../../components', import.meta.url))

test('loadComponents() finds the built-in components with their actions', async () => {
  const registry = loadComponents(builtIns)
  const names = registry.components.map(({ name, actions }) => `${name}: ${[...actions.keys()]}`)
  assert.deepEqual(names, [
    'filter: filter',
    'http-request: request',
    'jsonata: transform',
    'split: split',
    'validate: validate',
  ])
  assert.equal(registry.find('jsonata')?.descriptor.runsIn, 'expression-worker')
  assert.equal(registry.find('http-request')?.descriptor.runsIn, 'host')
  assert.equal(registry.find('constructor'), undefined)
  for (const { actions } of registry.components) {
    for (const { module } of actions.values()) assert.equal(typeof (await import(module)).process, 'function')
  }
})

test('validate() accepts steps that can be started', () => {
  const registry = loadComponents(builtIns)
  assert.deepEqual(registry.validate('jsonata', 'transform', { expression: '{"a": b}' }), [])
  assert.deepEqual(registry.validate('filter', undefined, { expression: 'a > 1' }), [])
  assert.deepEqual(registry.validate('split', 'split', undefined), [])
  for (const schema of [`${schemas}/a/b%20c.json`, `https://hub.example:8080${schemas}/a.json`])
    assert.deepEqual(registry.validate('validate', 'validate', { schema, onInvalid: 'drop' }), [])
  const fields = { url: 'https://example.com/in', method: 'PUT', headers: { 'X-A': '1' }, body: [1], timeout: 60_000 }
  assert.deepEqual(registry.validate('http-request', 'request', fields), [])
})

test('validate() names the known components and functions', () => {
  const registry = loadComponents(builtIns)
  assert.deepEqual(registry.validate('jsonnata', 'transform', {}), [
    {
      field: 'componentId',
      message: 'There is no component "jsonnata": known are "filter", "http-request", "jsonata", "split", "validate"',
    },
  ])
  assert.deepEqual(registry.validate('jsonata', 'map', {}), [
    { field: 'function', message: 'There is no function "map" in component "jsonata": known are "transform"' },
  ])
})

test('validate() tells each fault of the fields with its place', () => {
  const registry = loadComponents(builtIns)
  const cases: [component: string, fields: unknown, field: string, message: RegExp][] = [
    ['jsonata', {}, 'fields.expression', /^The field is required$/],
    ['jsonata', { expression: 1 }, 'fields.expression', /^The value must be string$/],
    ['jsonata', { expression: '' }, 'fields.expression', /must be JSONata: Unexpected end of expression/],
    ['jsonata', { expression: '{"a": ' }, 'fields.expression', /must be JSONata: .* \(at position \d+\)$/],
    ['jsonata', { expression: '('.repeat(10_000) }, 'fields.expression', /must be JSONata/],
    ['jsonata', { expression: 'a'.repeat(70_000) }, 'fields.expression', /at most 16384 characters/],
    ['jsonata', { expression: 'a', expresion: 'b' }, 'fields.expresion', /^There is no such field$/],
    ['jsonata', 'a', 'fields', /^The value must be object$/],
    ['validate', { schema: `${schemas}/a b.json` }, 'fields.schema', /must be the address of a schema of the hub/],
    ['validate', { schema: `${schemas}/a.json#/x` }, 'fields.schema', /must be the address of a schema of the hub/],
    ['validate', { schema: 'a.json' }, 'fields.schema', /must be the address of a schema of the hub/],
    ['http-request', { url: 'ftp://example.com' }, 'fields.url', /must be http or https/],
    ['http-request', { url: '/in' }, 'fields.url', /must be absolute/],
    ['http-request', { url: 'https://u:p@example.com' }, 'fields.url', /Credentials must be in the header/],
    ['http-request', { url: 'https://a.test', method: 'TRACE' }, 'fields.method', /must be one of "GET", .*"OPTIONS"/],
    ['http-request', { url: 'https://a.test', timeout: 60_001 }, 'fields.timeout', /must be <= 60000/],
    ['http-request', { url: 'https://a.test', headers: { 'a/b': 1 } }, 'fields.headers.a/b', /must be string/],
    ['http-request', { url: 'https://a.test', headers: { a: 'x\r\ny: z' } }, 'fields.headers.a', /must match pattern/],
  ]
  for (const [component, fields, field, message] of cases) {
    const faults = registry.validate(component, undefined, fields)
    assert.equal(faults.length, 1, JSON.stringify(faults))
    assert.equal(faults[0]?.field, field)
    assert.match(faults[0]?.message ?? '', message)
  }
})

test('validate() lets steps have a secret whose component takes one', () => {
  const registry = loadComponents(builtIns)
  const faultsOf = (component: string, fields: object, secret: string) =>
    registry.validate(component, undefined, fields, secret)
  const [http, id] = [{ url: 'https://example.com/in' }, 'fab7e7d2-5a3c-4d4a-9f0e-5c1f9a3d1b2c']
  assert.deepEqual(faultsOf('http-request', http, id), [])
  assert.deepEqual(faultsOf('jsonata', { expression: '$' }, id), [
    { field: 'credentials_id', message: 'The component "jsonata" takes no secret' },
  ])
  assert.deepEqual(faultsOf('http-request', http, 'sesame'), [
    { field: 'credentials_id', message: 'The value must be the id of a secret, a UUID' },
  ])
  const both = faultsOf('split', { nosuch: 1 }, id).map(({ field }) => field)
  assert.deepEqual(both, ['fields.nosuch', 'credentials_id'])
})

test('loadComponents() refuses credentials of a component that only computes', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'components-'))
  t.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'pure'))
  const descriptor = { title: 'Pure', runsIn: 'expression-worker', credentials: {}, actions: {} }
  writeFileSync(join(folder, 'pure', 'component.json'), JSON.stringify(descriptor))
  assert.throws(() => loadComponents(folder), /Cannot load component "pure".* only a component that runs in "host"/)
})

test('resolve() lets the function be left out only when there is but one', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'components-'))
  t.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'two'))
  const action = { title: 'A', main: './a.ts' }
  const descriptor = { title: 'Two', runsIn: 'host', actions: { a: action, b: { ...action, main: './b.ts' } } }
  writeFileSync(join(folder, 'two', 'component.json'), JSON.stringify(descriptor))
  const registry = loadComponents(folder)
  assert.match(registry.resolve('two', 'b').module, /\/two\/b\.ts$/)
  assert.throws(() => registry.resolve('two'), TerminalError)
  assert.deepEqual(registry.validate('two', undefined, {}), [
    { field: 'function', message: 'The function must be one of "a", "b"' },
  ])
  assert.throws(() => registry.resolve('three', 'a'), /There is no component "three": known are "two"/)
})

test('loadComponents() names the component that cannot be read', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'components-'))
  t.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'broken'))
  writeFileSync(join(folder, 'broken', 'component.json'), '{')
  assert.throws(() => loadComponents(folder), /Cannot load component "broken"/)
})
